// Somebody's document at an address of loopback, such as the keys of a login.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type JsonServer = {
  url: string;
  /** How often the document was asked for. */
  fetches(): number;
  /** From now on, every request gets a 503, or the document again. */
  setDown(isDown: boolean): void;
  close(): Promise<void>;
};

export async function serveJson(document: unknown): Promise<JsonServer> {
  const body = JSON.stringify(document);
  let fetches = 0;
  let isDown = false;
  const server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(isDown ? 503 : 200, { "content-type": "application/json" }).end(isDown ? "" : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/keys`,
    fetches: () => fetches,
    setDown: (down) => void (isDown = down),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
