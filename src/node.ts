// The Node entry: the same core as the Worker, as a process of its own. Configuration from the environment; pages in memory or
// Redis; the loader runs in this process, and Redis, where there is one, makes it one loader for all replicas.
//
// Exits: 0 after a drain, 1 when it can't listen, 78 (EX_CONFIG) with every configuration problem listed.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import path from "node:path";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { createService } from "./app.ts";
import type { Services } from "./app.ts";
import { createPageCache } from "./cache/page-cache.ts";
import { createMemoryStore } from "./cache/store.ts";
import { parseConfig, secretsOf } from "./config/config.ts";
import type { Config } from "./config/config.ts";
import { digest } from "./entries/digest.ts";
import type { Failure } from "./ground/errors.ts";
import { rawAnswers } from "./http/headers.ts";
import type { RawAnswer } from "./http/headers.ts";
import type { Question } from "./resources/question.ts";
import { createIdentity } from "./identity/identity.ts";
import { createLoader, readerDeadlinesOf } from "./entries/loader.ts";
import { loginOf } from "./entries/login.ts";
import { createLog, reportTo } from "./ground/log.ts";
import { loadAssets } from "./entries/node-assets.ts";
import { createEncoder } from "./entries/node-encoder.ts";
import { connectParts, withPoliciesOfFile } from "./entries/node-parts.ts";
import { closed, listen } from "./entries/node-listener.ts";
import { createParserRefusals } from "./entries/node-refusals.ts";
import { askedOf, awaitsInvitation, hasBody, isMalformed, isPlain } from "./entries/node-request.ts";
import { openNodeSink } from "./entries/node-sink.ts";
import { createTurns } from "./entries/node-turns.ts";
import { createProxyTrust } from "./entries/proxy-trust.ts";
import { createInvalidation } from "./service/invalidation.ts";
import { systemClock } from "./ground/runtime.ts";
import type { Defer } from "./ground/runtime.ts";
import { createWebhookKeys } from "./webhooks/key-document.ts";

const clock = systemClock;
/** Longest wait for answers and loads under way after SIGTERM. */
const drainMs = 10_000;
/** Calls to the upstream under way at once. */
const callsMax = 32;
const distRoot = path.join(import.meta.dirname, "..", "dist");

/** Work that goes on behind answers. It needs nobody to go on; this process ends after it. */
const background = new Set<Promise<unknown>>();
const defer: Defer = (work) => {
  const ended: Promise<unknown> = work.then(
    () => background.delete(ended),
    () => background.delete(ended),
  );
  background.add(ended);
};

const parsed = parseConfig(await withPoliciesOfFile(process.env), "node");
if (parsed.ok) await run(parsed.value);
else {
  console.error(["The configuration is not valid:", ...parsed.failure.problems].join("\n  "));
  process.exitCode = 78;
}

async function run(config: Config): Promise<void> {
  const log = createLog((line) => console.log(line), { clock, level: config.logLevel, secrets: secretsOf(config) });
  const report = reportTo(log, "node");
  if (config.warnings.length > 0) report({ type: "config.warned", warnings: config.warnings });

  let isDraining = false;
  let drain = async () => {};
  const end = () => {
    if (isDraining) return;
    isDraining = true;
    report({ type: "node.draining" });
    void drain();
  };
  // From here on, and however often: a second signal must not cut short what the first one began.
  process.on("SIGTERM", end);
  process.on("SIGINT", end);

  const parts = await connectParts(config, { clock, random: Math.random, report });
  const memory = createMemoryStore();
  const loader = createLoader(config, {
    ...parts,
    copies: memory,
    fetch: (url, init) => fetch(url, init),
    clock,
    random: Math.random,
    report,
    defer,
    callsMax,
  });

  const sources = new WeakMap<Request, { address: string | undefined; target: string; outgoing: ServerResponse }>();
  const trust = createProxyTrust(config.trustedProxies, () => report({ type: "proxy.untrusted" }));
  const addressOf = ({ socket, headers }: IncomingMessage) =>
    trust.clientAddress(socket.remoteAddress, headers["x-forwarded-for"]);
  const services: Services = {
    config,
    pages: createPageCache<Question>(
      { memory, store: parts.store, loader, changes: parts.changes, clock },
      { ...readerDeadlinesOf(config), renewsFromStore: true },
    ),
    readiness: async () => ({
      ready: !isDraining,
      checks: { listening: isDraining ? "failed" : "ok", ...parts.checks() },
    }),
    readAsset: await loadAssets(distRoot),
    encoder: createEncoder(),
    addressOf: (request) => sources.get(request)?.address,
    targetOf: (request) => sources.get(request)?.target ?? "",
    inviteBody(request) {
      const outgoing = sources.get(request)?.outgoing;
      if (outgoing && awaitsInvitation(outgoing.req)) outgoing.writeContinue();
    },
    clock,
    log,
    digest,
    random: Math.random,
    changes: parts.changes,
    streaming: { openSink: openNodeSink((request) => sources.get(request)?.outgoing), isShared: true },
    identity: createIdentity(config.identity, {
      fetch: (url, init) => fetch(url, init),
      clock,
      digest,
      logins: parts.logins,
    }),
    login: loginOf(config, { fetch: (url, init) => fetch(url, init), clock, digest, logins: parts.logins }),
    invalidate: parts.journal && createInvalidation(parts.journal, report),
    webhookKeys:
      config.webhooks && createWebhookKeys(config.webhooks, { fetch: (url, init) => fetch(url, init), clock }),
  };
  const service = createService(services, rawAnswers);
  const { app, respond } = service;

  const answerRouted = getRequestListener(async (request, bindings) => {
    const [incoming, outgoing] = [bindings.incoming as IncomingMessage, bindings.outgoing as ServerResponse];
    sources.set(request, { address: addressOf(incoming), target: incoming.url ?? "", outgoing });
    const response = await app.fetch(request);
    // What a weak map holds outlives young collections: thousands of answered requests would wait for an old one.
    sources.delete(request);
    // Its body was found faulty or came too late while a route was reading it.
    if (begun.has(outgoing)) return RESPONSE_ALREADY_SENT;
    begun.add(outgoing);
    if (isLast(incoming.socket)) response.headers.set("connection", "close");
    return response;
  });

  const turns = createTurns(report);
  /** While this process drains, an answer ends its connection, unless requests wait there for theirs. */
  const isLast = (socket: Socket) => isDraining && !turns.isAnyWaiting(socket);

  /** A fault behind the last place where one becomes an answer. It must hurt nobody else. */
  const failed = (incoming: IncomingMessage, outgoing: ServerResponse, error: unknown) => {
    report({ type: "request.failed", reason: error instanceof Error ? error.name : typeof error });
    if (outgoing.headersSent) outgoing.destroy();
    else refuse(incoming, outgoing, { code: "internal" });
  };

  function refuse(
    { method = "", url = "/", headers }: IncomingMessage,
    outgoing: ServerResponse,
    failure: Failure,
  ): void {
    write(outgoing, asLast(service.refuse({ method, target: url, origin: headers.origin }, failure)));
  }

  /** Connections that end with the answer under way: what follows may be what somebody in front of us took for a body. */
  const ending = new WeakSet<Socket>();
  /** Responses of which it is settled what they say: a fault that is found in the request after that changes nothing. */
  const begun = new WeakSet<ServerResponse>();

  const server = listen(config, report, {
    begin(incoming, outgoing) {
      const { socket } = incoming;
      const withBody = hasBody(incoming);
      if (!withBody && !turns.mustWait(outgoing)) return tryToAnswer(incoming, outgoing, withBody);
      const act = () => tryToAnswer(incoming, outgoing, withBody);
      if (withBody) turns.enter(socket, outgoing);
      if (turns.mustWait(outgoing)) turns.wait(socket, outgoing, act);
      // The parser may find a fault in its framing only now.
      else queueMicrotask(act);
    },
    refuseUnparsed: createParserRefusals({
      turns,
      refusalOf: (failure) => asLast(service.refuse({ method: "", target: "/", origin: undefined }, failure)),
      refuse(outgoing, refusal) {
        if (begun.has(outgoing)) return;
        begun.add(outgoing);
        write(outgoing, refusal);
      },
    }),
  });

  function tryToAnswer(incoming: IncomingMessage, outgoing: ServerResponse, withBody: boolean): void {
    if (ending.has(incoming.socket) || begun.has(outgoing)) return;
    try {
      answer(incoming, outgoing, withBody);
    } catch (error) {
      failed(incoming, outgoing, error);
    }
  }

  function answer(incoming: IncomingMessage, outgoing: ServerResponse, withBody: boolean): void {
    const { socket } = incoming;
    const address = addressOf(incoming);
    // Gone before it was asked for; there is nobody to count it against.
    if (address === undefined) return void socket.destroy();
    const malformed = isMalformed(incoming);
    if (malformed || withBody) {
      ending.add(socket);
      outgoing.setHeader("connection", "close");
    }
    if (malformed) {
      begun.add(outgoing);
      return refuse(incoming, outgoing, { code: "malformed_request" });
    }
    // What is asked while this process drains is told to go elsewhere, and has a body looked at, by the router's handlers alone.
    const asked = isDraining || !isPlain(incoming) ? undefined : askedOf(incoming, address);
    const answered = asked && respond(asked, defer);
    if (answered && !(answered instanceof Promise)) return write(outgoing, answered);
    turns.enter(socket, outgoing);
    if (!answered) return void answerRouted(incoming, outgoing);
    answered
      .then((known) => write(outgoing, isLast(socket) ? asLast(known) : known))
      .catch((error: unknown) => failed(incoming, outgoing, error));
  }

  drain = async () => {
    service.endStreams();
    const timeIsUp = pause(drainMs);
    void timeIsUp.then(() => server.closeAllConnections());
    await closed(server);
    await Promise.race([settled(background), timeIsUp]);
    await parts.close();
    log.flush();
    process.exit(0);
  };
  if (isDraining) void drain();
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.timer(delayMs, resolve));
}

/** Settles when nothing is left, of what was begun meanwhile either. */
async function settled(work: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (work.size > 0) await Promise.all(work);
}

/** Whoever goes on asking over a connection it has would keep this process from its end, and be cut off in the end. */
const asLast = (answer: RawAnswer): RawAnswer => ({ ...answer, headers: [...answer.headers, "connection", "close"] });

/** A client that went away meanwhile is no fault: the platform drops what is written to it. */
function write(outgoing: ServerResponse, { status, headers, body }: RawAnswer): void {
  outgoing.writeHead(status, [...headers]).end(body ?? undefined);
}
