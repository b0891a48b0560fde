// The Node entry: the same core as the Worker, as a process of its own. Configuration from the environment; pages in memory or
// Redis; the loader runs in this process, and Redis, where there is one, makes it one loader for all replicas.
//
// Exits: 0 after a drain, 1 when it can't listen, 78 (EX_CONFIG) with every configuration problem listed.
import { readFile } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import path from "node:path";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createService } from "./app.ts";
import type { Services } from "./app.ts";
import { createPageCache } from "./cache/page-cache.ts";
import { createMemoryStore } from "./cache/store.ts";
import { parseConfig, secretsOf } from "./config.ts";
import type { Config } from "./config.ts";
import { digest } from "./digest.ts";
import { rawAnswers } from "./http/headers.ts";
import type { RawAnswer } from "./http/headers.ts";
import type { SessionQuestion } from "./http/questions.ts";
import type { Asked } from "./http/session-answers.ts";
import { createIdentity } from "./identity/identity.ts";
import { createSessionLoader, readerDeadlinesOf } from "./loader.ts";
import { createLog, isRoutine } from "./log.ts";
import type { Log } from "./log.ts";
import { connectParts, withPoliciesOfFile } from "./node-parts.ts";
import { createProxyTrust } from "./proxy-trust.ts";
import { systemClock } from "./runtime.ts";
import type { Defer, Report } from "./runtime.ts";

const clock = systemClock;
/** Slow clients: the headers, and the whole request, must be in by then. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Longer than a load balancer keeps a connection idle (60 s, as a rule), so that it is the balancer that closes it. */
const keepAliveTimeoutMs = 65_000;
const connectionsMax = 10_000;
/** A connection on which nothing moves for so long, though an answer is due or half read, is given up. */
const silenceTimeoutMs = 120_000;
/** Longest wait for answers under way after SIGTERM. */
const drainMs = 10_000;
/** Calls to the upstream under way at once. */
const callsMax = 32;
const assetsRoot = path.join(import.meta.dirname, "..", "dist", "assets");

/** Here work goes on by itself once it has begun. */
const defer: Defer = () => {};

const parsed = parseConfig(await withPoliciesOfFile(process.env), "node");
if (parsed.ok) await run(parsed.value);
else {
  console.error(["The configuration is not valid:", ...parsed.failure.problems].join("\n  "));
  process.exitCode = 78;
}

async function run(config: Config): Promise<void> {
  const log = createLog((line) => console.log(line), secretsOf(config));
  const report: Report = (event) => {
    if (!isRoutine(event)) log({ kind: "event", part: "node", event });
  };
  if (config.warnings.length > 0) report({ type: "config.warned", warnings: config.warnings });
  const parts = await connectParts(config, { clock, random: Math.random, report });
  const memory = createMemoryStore();
  const loader = createSessionLoader(config, {
    ...parts,
    copies: memory,
    fetch: (url, init) => fetch(url, init),
    clock,
    random: Math.random,
    report,
    defer,
    callsMax,
  });

  let isDraining = false;
  const sources = new WeakMap<Request, { address: string | undefined; target: string }>();
  const trust = createProxyTrust(config.trustedProxies);
  const addressOf = ({ socket, headers }: IncomingMessage) =>
    trust.clientAddress(socket.remoteAddress, headers["x-forwarded-for"]);
  const services: Services = {
    config,
    pages: createPageCache<SessionQuestion>({ memory, store: parts.store, loader, clock }, readerDeadlinesOf(config)),
    readiness: async () => ({
      ready: !isDraining,
      checks: { listening: isDraining ? "failed" : "ok", ...parts.checks() },
    }),
    readAsset: async (file) => readFile(path.join(assetsRoot, file)).catch(() => undefined),
    addressOf: (request) => sources.get(request)?.address,
    targetOf: (request) => sources.get(request)?.target ?? "",
    clock,
    log,
    counts: parts.counts,
    identity: createIdentity(config.identity, {
      fetch: (url, init) => fetch(url, init),
      clock,
      digest,
    }),
  };
  const { app, hits } = createService(services, rawAnswers);

  const answerLong = getRequestListener(async (request, { incoming }) => {
    const asked = incoming as IncomingMessage;
    sources.set(request, { address: addressOf(asked), target: asked.url ?? "" });
    const response = await app.fetch(request);
    if (isDraining) response.headers.set("connection", "close");
    return response;
  });

  /** Connections that end with the answer under way: what follows may be what somebody in front of us took for a body. */
  const ending = new WeakSet<Socket>();

  const server = listen(config, log, (incoming, outgoing) => {
    if (ending.has(incoming.socket)) return;
    const malformed = isMalformed(incoming);
    if (malformed || hasBody(incoming)) {
      ending.add(incoming.socket);
      outgoing.setHeader("connection", "close");
    }
    if (malformed) return void outgoing.writeHead(400, malformedHeaders).end();
    // What is asked while this process drains is told to go elsewhere, and has a body looked at, on the long way only.
    const asked = isDraining || !isPlain(incoming) ? undefined : askedOf(incoming, addressOf(incoming));
    const hit = asked && hits.answer(asked, defer);
    if (hit) return write(outgoing, hit);
    const answer = asked && hits.answerKnown(asked, defer);
    if (answer) void answer.then((known) => write(outgoing, isDraining ? asLast(known) : known));
    else void answerLong(incoming, outgoing);
  });

  const drain = async () => {
    if (isDraining) return;
    isDraining = true;
    log({ kind: "event", part: "node", event: { type: "node.draining" } });
    const giveUp = setTimeout(() => server.closeAllConnections(), drainMs);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
    clearTimeout(giveUp);
    await parts.close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void drain());
  process.once("SIGINT", () => void drain());
}

const malformedHeaders = { "cache-control": "no-store", connection: "close" };

/**
 * What the parser lets through and RFC 9112 does not: more than one Host (section 3.2; a proxy in front may have looked at
 * another one than we would), and a target with a fragment (section 3.2, by RFC 3986).
 */
function isMalformed({ rawHeaders, url = "" }: IncomingMessage): boolean {
  let hostCount = 0;
  for (let place = 0; place < rawHeaders.length; place += 2) {
    if (rawHeaders[place]?.toLowerCase() === "host") hostCount += 1;
  }
  return hostCount > 1 || url.includes("#");
}

/** Whoever goes on asking over a connection it has would keep this process from its end, and be cut off in the end. */
const asLast = (answer: RawAnswer): RawAnswer => ({ ...answer, headers: [...answer.headers, "connection", "close"] });

/** A client that went away meanwhile is no fault: the platform drops what is written to it. */
function write(outgoing: ServerResponse, { status, headers, body }: RawAnswer): void {
  outgoing.writeHead(status, [...headers]).end(body ?? undefined);
}

/** No route takes a body, so none is read, and the connection can't be used again (RFC 9112 section 9.3). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

/** Whatever has a body, or a host that needs a closer look, goes the long way, where it is refused. */
function isPlain({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined || headers["content-length"] !== undefined) return false;
  return /^[\w.-]+(?::\d{1,5})?$/.test(headers.host ?? "");
}

function askedOf({ method = "", url = "", headers }: IncomingMessage, address: string | undefined): Asked {
  const { "cf-access-jwt-assertion": assertion, "sec-fetch-site": fetchSite } = headers;
  return {
    method,
    target: url,
    origin: headers.origin,
    ifNoneMatch: headers["if-none-match"],
    fetchSite: typeof fetchSite === "string" ? fetchSite : undefined,
    credentials: {
      authorization: headers.authorization,
      accessAssertion: typeof assertion === "string" ? assertion : undefined,
    },
    address,
  };
}

function listen(
  config: Config,
  log: Log,
  answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
): Server {
  const options = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16_384,
  };
  const server = createServer(options, answer);
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
    log({ kind: "event", part: "node", event: { type: "node.listening", port } });
  });
  return server;
}
