// An upstream for caches that know only HTTP: one page, always the same bytes, cacheable for an hour, calls counted.
import { createServer } from "node:http";

export type Origin = {
  port: number;
  calls(): number;
  /** Answers come this much later from now on. */
  delay(latencyMs: number): void;
  close(): Promise<void>;
};

export async function startOrigin(body: Uint8Array): Promise<Origin> {
  let calls = 0;
  let latencyMs = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    setTimeout(() => {
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": body.length,
        "cache-control": "public, max-age=3600",
      });
      response.end(body);
    }, latencyMs);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1", backlog: 2_048 }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    calls: () => calls,
    delay: (ms) => void (latencyMs = ms),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
