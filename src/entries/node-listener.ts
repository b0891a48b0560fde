// The server of the Node entry: where it listens, how long it waits for slow clients, and how many connections it takes.
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Config } from "../config/config.ts";
import type { Report } from "../ground/runtime.ts";
import { streamsMax } from "../limits/streams.ts";

/** Slow clients: the headers, and the whole request, must be in by then. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Longer than a load balancer keeps a connection idle (60 s, as a rule), so that it is the balancer that closes it. */
const keepAliveTimeoutMs = 65_000;
/** However many streams are open, there is room for pages, events and health. */
const connectionsMax = streamsMax + 2_000;
/** A connection on which nothing moves for so long, though an answer is due or half read, is given up. */
const silenceTimeoutMs = 120_000;

/** A server with the connections it has. */
export type Listener = Server & { readonly sockets: ReadonlySet<Socket> };

export type Reception = {
  begin(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** Takes what Node could not make a request of. */
  refuseUnparsed(error: Error, socket: Socket): void;
};

/** Listens where the configuration says. Ends the process with 1 where it can't, with a line that says what to do. */
export function listen(config: Config, report: Report, { begin, refuseUnparsed }: Reception): Listener {
  const options = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16_384,
    // Its answer would have none of our headers; `isMalformed` looks instead.
    requireHostHeader: false,
  };
  const sockets = new Set<Socket>();
  const server = Object.assign(createServer(options, begin), { sockets });
  // Whoever waits to be invited is answered by a route, which invites once it wants the body. Any other expectation is ignored, as RFC 9110 section 10.1.1 allows and Workers do.
  server.on("checkContinue", begin);
  server.on("checkExpectation", begin);
  // Every connection of a server without TLS is a `Socket`.
  server.on("clientError", (error, socket) => refuseUnparsed(error, socket as Socket));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.maxConnections = connectionsMax;
  server.setTimeout(silenceTimeoutMs);
  server.on("error", (error: NodeJS.ErrnoException) => {
    const reason = error.code === "EADDRINUSE" ? "is taken; end that process or set PORT to another port" : error.code;
    console.error(`port ${config.port} ${reason}`);
    process.exit(1);
  });
  server.listen(config.port, config.host, () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : config.port;
    report({ type: "node.listening", port });
  });
  return server;
}

/** Settles when the last connection has ended. Those on which nothing was asked yet end at once. */
export function closed(server: Listener): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    for (const socket of server.sockets) if (socket.bytesRead === 0) socket.destroy();
  });
}
