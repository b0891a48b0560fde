// The simulator on a socket, where resets, cuts, hangs and compression are real, and webhooks are told by themselves. Also the command:
// `node simulator/server.ts --port 8788 --seed 1`. The only file here that needs Node.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import type { Answer } from "./answer.ts";
import { bytesOf, CutError, joined, paced } from "./delivery.ts";
import { webhookKeyPath } from "./routes.ts";
import { createSimulator, type Simulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "./simulator.ts";

export type ServeOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /**
   * Where the files are served. 0 takes any free port. Default: the port after the API's, or any free one when that is taken or the
   * API takes any.
   */
  readonly filesPort?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
};

export type SimulatorServer = {
  /** Origin, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The origin of the files, without a slash at the end. */
  readonly filesUrl: string;
  /** Where the key of webhooks is published. */
  readonly webhookKeyUrl: string;
  /** Tells webhooks nothing more, drops all connections and frees both ports. */
  close(): Promise<void>;
};

/** How often webhooks are told what has happened. What is steered is told at once. */
const tellingMs = 50;

/**
 * Listens twice, for the API and for the files, and has webhooks told what happens; rejects with the system's error (`EADDRINUSE`) when it
 * can't listen.
 */
export async function serveSimulator(simulator: Simulator, options: ServeOptions): Promise<SimulatorServer> {
  const host = options.host ?? "127.0.0.1";
  const api = await listen(simulator, simulator.decide, { host, port: options.port });
  const { filesPort = options.port === 0 ? 0 : api.port + 1 } = options;
  let files: Listener;
  try {
    files = await listen(simulator, simulator.decideFile, { host, port: filesPort > 65_535 ? 0 : filesPort });
  } catch (error) {
    if (options.filesPort !== undefined) {
      await api.close();
      throw error;
    }
    files = await listen(simulator, simulator.decideFile, { host, port: 0 });
  }
  simulator.serveFilesAt(files.url);
  const telling = setInterval(() => void simulator.deliver(), tellingMs);
  telling.unref();
  return {
    url: api.url,
    port: api.port,
    filesUrl: files.url,
    webhookKeyUrl: api.url + webhookKeyPath,
    async close() {
      clearInterval(telling);
      await Promise.all([api.close(), files.close()]);
    },
  };
}

type Decide = Simulator["decide"];
type Listener = { readonly url: string; readonly port: number; close(): Promise<void> };

async function listen(
  simulator: Simulator,
  decide: Decide,
  { host, port: wanted }: { host: string; port: number },
): Promise<Listener> {
  const server = createServer((incoming, outgoing) => {
    serve(simulator, decide, incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wanted, host, () => resolve());
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : wanted;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const bodyBytesMax = 131_072;

async function serve(
  simulator: Simulator,
  decide: Decide,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  outgoing.on("error", () => gone.abort());
  const target = incoming.url ?? "/";
  const request = await requestOf(incoming, target, gone.signal);
  const outcome = await decide(request, target);
  if (outcome.fate === "reset") {
    incoming.socket.resetAndDestroy();
    return;
  }
  outgoing.once("close", () => outcome.settle());
  await deliver(outcome.answer, simulator, outgoing, gone.signal);
}

async function requestOf(incoming: IncomingMessage, target: string, signal: AbortSignal): Promise<Request> {
  const headers = new Headers();
  for (let place = 0; place + 1 < incoming.rawHeaders.length; place += 2) {
    headers.append(incoming.rawHeaders[place] ?? "", incoming.rawHeaders[place + 1] ?? "");
  }
  const origin = `http://${incoming.socket.localAddress ?? "127.0.0.1"}:${incoming.socket.localPort ?? 0}`;
  const path = target.startsWith("/") ? target : "/not-a-path";
  const method = incoming.method ?? "GET";
  const isBare = method === "GET" || method === "HEAD";
  const body = isBare ? null : await bodyOf(incoming);
  // Methods that `Request` refuses (TRACE, CONNECT) get the same 405 as any other that is not offered.
  const safe = method === "TRACE" || method === "CONNECT" || method === "TRACK" ? "OPTIONS" : method;
  return new Request(origin + path, { method: safe, headers, body, signal });
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of incoming) {
    const chunk: unknown = piece;
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new RangeError("request body too large");
    pieces.push(chunk);
  }
  return new TextDecoder().decode(joined(pieces));
}

async function deliver(
  answer: Answer,
  simulator: Simulator,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, value] of answer.headers) outgoing.appendHeader(name, value);
  outgoing.statusCode = answer.status;
  const { body, pace, gzipLayers } = answer;
  const pieces =
    gzipLayers > 0
      ? [await compressed(answer)]
      : typeof body === "string"
        ? [joined([...bytesOf(body)])]
        : bytesOf(body);
  const whole = Array.isArray(pieces) ? pieces[0] : undefined;
  if (whole) outgoing.setHeader("content-length", whole.length);
  if (whole && pace.manner === "whole") {
    outgoing.end(whole);
    return;
  }
  outgoing.flushHeaders();
  try {
    for await (const piece of paced(pieces, pace, simulator.clock, signal)) {
      if (!outgoing.write(piece)) await drained(outgoing, signal);
    }
    outgoing.end();
  } catch (error) {
    if (!(error instanceof CutError)) throw error;
    // What was written must reach the wire before the connection drops, or the client would see no headers at all.
    outgoing.write("", () => outgoing.socket?.end(() => outgoing.socket?.destroy()));
  }
}

function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once("drain", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The body under as many layers of gzip as the answer asks for. Small on the wire, so it is kept whole. */
async function compressed(answer: Answer): Promise<Uint8Array> {
  let pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array> = bytesOf(answer.body);
  for (let layer = 0; layer < answer.gzipLayers; layer += 1) {
    pieces = Readable.from(pieces, { objectMode: false }).pipe(createGzip());
  }
  const packed: Uint8Array[] = [];
  for await (const piece of pieces) packed.push(piece);
  return joined(packed);
}

const help = `Usage: node simulator/server.ts [--port 8788] [--files-port 8789] [--host 127.0.0.1] [--seed 1] [--observed]
                                [--webhook <url>]

A stand-in for the RealtimeKit sessions API and the files it links to. A port of 0 takes any free one.
--observed gives session rows the undocumented fields that are seen in live answers.
--webhook has every event of every app sent to an address; may be given several times.
Control it under /__simulator/ (state, reset, clock, faults, sessions, participants, deliveries, webhook-key); see simulator/README.md.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8788" },
      "files-port": { type: "string" },
      host: { type: "string", default: "127.0.0.1" },
      seed: { type: "string", default: "1" },
      observed: { type: "boolean", default: false },
      webhook: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const port = digits("--port", values.port, 65_535);
  const { webhook: webhooks } = values;
  if (!webhooks.every((url) => /^https?:/.test(url) && URL.canParse(url))) {
    throw new TypeError("--webhook must be an address that begins with http:// or https://");
  }
  const simulator = createSimulator({
    seed: digits("--seed", values.seed, 4_294_967_295),
    rowFields: values.observed ? "observed" : "documented",
    webhooks,
  });
  const filesText = values["files-port"];
  const filesPort = filesText === undefined ? {} : { filesPort: digits("--files-port", filesText, 65_535) };
  const server = await serveSimulator(simulator, { port, host: values.host, ...filesPort });
  console.log(`simulator ${server.url}/client/v4  account ${SIMULATOR_ACCOUNT_ID}  token ${SIMULATOR_TOKEN}`);
  console.log(`  files ${server.filesUrl}`);
  console.log(`  webhook key ${server.webhookKeyUrl}`);
  for (const url of webhooks) console.log(`  webhook ${url}`);
  for (const app of simulator.apps) console.log(`  app ${app.alias} ${app.id}`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  await server.close();
  return 0;
}

function digits(name: string, value: string, most: number): number {
  if (/^\d{1,10}$/.test(value) && Number(value) <= most) return Number(value);
  throw new RangeError(`${name} must be a whole number from 0 to ${most}`);
}

if (import.meta.main) {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      const message = error instanceof Error ? error.message : String(error);
      console.error(isTaken ? `simulator: the port is taken (${message})` : `simulator: ${message}`);
      process.exit(1);
    },
  );
}
