// A proxy in front of a product, as they stand between pages and services: it passes everything on, and does to streams what it is told.
// What passed is noted, so that a test sees the wire and not only what its client made of it.
import { createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * `hold`: nothing of a stream comes through, not even its headers. `hold-body`: its headers do. `refuse`: streams are a page that is not
 * there. `html`: they are a page of the proxy's own. `cut`: their connections are dropped. `down`: everybody's are.
 */
export type StreamTreatment = "pass" | "hold" | "hold-body" | "refuse" | "html" | "cut" | "down";

export type Passed = { path: string; headers: IncomingMessage["headers"]; status: number; isStream: boolean };

export type StreamProxy = {
  /** Origin, without a slash at the end. */
  url: string;
  /** What was asked, in order, with the status that came back. */
  passed(): readonly Passed[];
  streams(): readonly Passed[];
  pages(): readonly Passed[];
  /** How many streams are open through it. */
  openCount(): number;
  treat(streams: StreamTreatment): void;
  /** Drops every connection that is open. */
  cut(): void;
  close(): Promise<void>;
};

export async function startStreamProxy(productUrl: string): Promise<StreamProxy> {
  const passed: Passed[] = [];
  let treatment: StreamTreatment = "pass";
  let openCount = 0;

  const server = createServer((asked, answer) => {
    const path = asked.url ?? "";
    const isStream = path.startsWith("/v1/live/") && asked.method === "GET";
    const note = (status: number) => passed.push({ path, headers: asked.headers, status, isStream });
    if (treatment === "down" || (isStream && treatment === "cut")) {
      note(0);
      asked.socket.destroy();
    } else if (isStream && treatment === "refuse") {
      note(404);
      answer.writeHead(404, { ...corsOf(asked), "content-type": "text/plain" }).end("no such page");
    } else if (isStream && treatment === "html") {
      note(200);
      answer.writeHead(200, { ...corsOf(asked), "content-type": "text/html" }).end("<title>A proxy</title>");
    } else pass(asked, answer, isStream, note);
  });

  function pass(asked: IncomingMessage, answer: ServerResponse, isStream: boolean, note: (status: number) => void) {
    const { hostname, port } = new URL(productUrl);
    const { method, url: path, headers } = asked;
    const onward = request({ hostname, port, method, path, headers: { ...headers, host: `${hostname}:${port}` } });
    const isHeld = () => isStream && treatment.startsWith("hold");
    onward.on("response", (came) => {
      note(came.statusCode ?? 0);
      const send = () => answer.writeHead(came.statusCode ?? 502, came.headers).flushHeaders();
      if (!isHeld() || treatment === "hold-body") send();
      came.on("data", (chunk) => void (isHeld() || answer.write(chunk)));
      came.on("end", () => answer.end());
      came.on("error", () => answer.destroy());
    });
    onward.on("error", () => {
      note(502);
      answer.writeHead(502, { ...corsOf(asked), "content-type": "text/html" }).end("<title>Bad gateway</title>");
    });
    if (isStream) openCount += 1;
    answer.on("close", () => {
      onward.destroy();
      if (isStream) openCount -= 1;
    });
    asked.pipe(onward);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    passed: () => passed,
    streams: () => passed.filter(({ isStream }) => isStream),
    pages: () => passed.filter(({ isStream }) => !isStream),
    openCount: () => openCount,
    treat: (streams) => void (treatment = streams),
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The proxy lets pages read its own answers, too: a browser would call them a broken network otherwise. */
const corsOf = ({ headers: { origin } }: IncomingMessage) =>
  origin === undefined ? {} : { "access-control-allow-origin": origin, "access-control-allow-credentials": "true" };
