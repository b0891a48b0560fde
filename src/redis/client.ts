// The one place that knows ioredis: which client a target needs, and with which options.
//
// Nothing is queued while the connection is down and nothing is sent twice: whoever asked has been answered otherwise by then,
// and a call counted twice in the budget is a call lost. The client reconnects for ever by itself; `link.ts` decides what
// the rest of the house gets to see of that. Commands stay in the order of asking, and the pages that one server is asked for in
// one turn of the event loop go out in one packet (of a cluster, one by one). ioredis' own pipelining does that too, but then it
// sends the next ones only after the answer to all of these, copies what straddles two reads of the socket, and keeps answers until
// a full collection of garbage.
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { setImmediate as atEndOfTurn } from "node:timers";
import { Cluster, Redis as Single } from "ioredis";
import type { ClusterOptions, RedisOptions } from "ioredis";
import { guardReplies } from "./replies.ts";
import type { RedisTarget } from "./url.ts";
import type { Clock, Random } from "../ground/runtime.ts";

/** A connection as `link.ts` needs it. Every verb rejects with the server's or the socket's error. Replies are as they came. */
export type RedisClient = {
  get(key: string): Promise<unknown>;
  evaluate(script: string, keys: readonly string[], args: readonly (string | number | Uint8Array)[]): Promise<unknown>;
  listen(channel: string, hear: (message: string) => void): void;
  /** Tells of every fault of the connection by its code, and of its end as "closed". */
  onFault(tell: (code: string) => void): void;
  /** Says goodbye and waits for the answer; `disconnect` does not. */
  quit(): Promise<void>;
  disconnect(): void;
};

const reconnectMsMax = 2_000;
const connectTimeoutMs = 2_000;
/**
 * A socket that is silent for so long while an answer is due is dead: the machine behind it has gone without a word. Single commands have no
 * time-out here: whoever asks waits far shorter than this, by `link.ts`.
 */
const socketTimeoutMs = 10_000;

/** Connects at once and for ever. Never rejects or throws for a server that can't be reached. */
export function connectRedis(target: RedisTarget, { clock, random }: { clock: Clock; random: Random }): RedisClient {
  guardReplies();
  const backOff = (attempt: number) => Math.min(reconnectMsMax, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + random() / 2);
  const options = {
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    db: target.db,
    protocol: 2,
    disableClientInfo: true,
    connectTimeout: connectTimeoutMs,
    socketTimeout: socketTimeoutMs,
    maxRetriesPerRequest: 0,
    // A replica that was a primary a moment ago, or a login that has changed: only a new connection helps.
    reconnectOnError: (error: Error) => /^(READONLY|NOAUTH|WRONGPASS)/.test(error.message),
    ...(target.tls ? { tls: {} } : {}),
  } satisfies RedisOptions;
  const [node] = target.nodes;
  switch (target.kind.type) {
    case "cluster":
      return overCluster(
        clock,
        new Cluster([...target.nodes], {
          redisOptions: options,
          enableOfflineQueue: false,
          slotsRefreshTimeout: connectTimeoutMs,
          clusterRetryStrategy: backOff,
          clusterNodeRetryStrategy: backOff,
          // Behind TLS the nodes must be called by the names in their certificates.
          ...(target.tls ? { dnsLookup: keepName } : {}),
        }),
      );
    case "sentinel":
      return overSingle(
        clock,
        new Single({
          ...options,
          enableOfflineQueue: false,
          retryStrategy: backOff,
          sentinelRetryStrategy: backOff,
          sentinelCommandTimeout: connectTimeoutMs,
          sentinels: target.nodes.map(({ host, port }) => ({ host, port })),
          name: target.kind.group,
          ...(target.tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
        }),
      );
    case "single":
      return overSingle(
        clock,
        new Single({
          ...options,
          enableOfflineQueue: false,
          retryStrategy: backOff,
          host: node.host,
          port: node.port,
          // The name that the certificate must be for; an address is none.
          ...(target.tls ? { tls: isIP(node.host) === 0 ? { servername: node.host } : {} } : {}),
        }),
      );
  }
}

const keepName: NonNullable<ClusterOptions["dnsLookup"]> = (address, done) => done(null, address);

/** The states that a client may not leave by itself. */
const deadEnds = ["end", "disconnecting"] as const;

/**
 * Connects anew where the client has given up: for good, when a Sentinel has named an address that nobody could connect to ("end"); by
 * mistake, when the last node of a cluster was between two attempts as the client let go of it ("disconnecting").
 */
function keeperOf(clock: Clock, isClosing: () => boolean) {
  return <Client extends Single | Cluster>(client: Client): Client => {
    for (const state of deadEnds) {
      client.on(state, () => {
        const connect = () => {
          if (client.status === state && !isClosing()) void client.connect().catch(() => undefined);
        };
        if (!isClosing()) clock.timer(reconnectMsMax, connect);
      });
    }
    return client;
  };
}

function overSingle(clock: Clock, client: Single): RedisClient {
  let isClosing = false;
  const keepAlive = keeperOf(clock, () => isClosing);
  keepAlive(client);
  let listener: Single | undefined;
  const board = createSwitchboard((channel) => {
    if (listener?.status === "ready") void listener.subscribe(channel).catch(() => listener?.disconnect(true));
  });
  return {
    ...verbsOf(client),
    listen(channel, hear) {
      board.add(channel, hear);
      // A connection that listens can do nothing else.
      listener ??= keepAlive(client.duplicate({ autoResubscribe: false }))
        .on("error", () => undefined)
        .on("ready", board.subscribeAll)
        .on("message", board.pass);
    },
    async quit() {
      isClosing = true;
      listener?.disconnect();
      await client.quit().catch(() => undefined);
    },
    disconnect() {
      isClosing = true;
      listener?.disconnect();
      client.disconnect();
    },
  };
}

function overCluster(clock: Clock, client: Cluster): RedisClient {
  let isClosing = false;
  const keepAlive = keeperOf(clock, () => isClosing);
  keepAlive(client);
  const board = createSwitchboard((channel) => {
    if (client.status === "ready") void client.subscribe(channel).catch(() => undefined);
  });
  client.on("ready", board.subscribeAll).on("message", board.pass);
  return {
    ...verbsOf(client),
    listen: board.add,
    async quit() {
      isClosing = true;
      await client.quit().catch(() => undefined);
    },
    disconnect() {
      isClosing = true;
      client.disconnect();
    },
  };
}

/** Who hears what. `subscribe` is called again for every channel whenever a connection has come up. */
function createSwitchboard(subscribe: (channel: string) => void) {
  const hearers = new Map<string, ((message: string) => void)[]>();
  return {
    add(channel: string, hear: (message: string) => void): void {
      hearers.set(channel, [...(hearers.get(channel) ?? []), hear]);
      subscribe(channel);
    },
    subscribeAll: () => [...hearers.keys()].forEach(subscribe),
    pass: (channel: string, message: string) => hearers.get(channel)?.forEach((hear) => hear(message)),
  };
}

function verbsOf(client: Single | Cluster): Pick<RedisClient, "get" | "evaluate" | "onFault"> {
  const loaded = new Set<string>();

  return {
    get(key) {
      if (client instanceof Cluster) return client.getBuffer(key);
      sendTogether(client.stream);
      return client.getBuffer(key);
    },
    async evaluate(script, keys, args) {
      const rest = [keys.length, ...keys, ...args.map(asArgument)];
      const call = (command: "eval" | "evalsha", what: string) =>
        client instanceof Cluster
          ? client.callBuffer(command, what, ...rest)
          : client.callBuffer(command, what, ...rest);
      try {
        if (loaded.has(script)) return await call("evalsha", hashOf(script));
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
        // A server that has forgotten one has forgotten all. Were only this one sent anew, a later script could overtake it.
        loaded.clear();
      }
      const reply = await call("eval", script);
      loaded.add(script);
      return reply;
    },
    onFault(tell) {
      client.on("error", (error: unknown) => tell(faultCode(error)));
      client.on("close", () => tell("closed"));
    },
  };
}

/** What is sent in this turn of the event loop goes out at its end, in one call to the system instead of one for each command. */
function sendTogether(stream: Single["stream"]): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  atEndOfTurn(() => stream.uncork());
}

/** ioredis takes bytes as a `Buffer` only: a view, not a copy. The cast names what the types of Workers leave open. */
function asArgument(value: string | number | Uint8Array): string | number | Buffer {
  if (!(value instanceof Uint8Array)) return value;
  const views = Buffer as { from(memory: ArrayBufferLike, offset: number, bytes: number): Buffer };
  return views.from(value.buffer, value.byteOffset, value.byteLength);
}

const hashes = new Map<string, string>();

function hashOf(script: string): string {
  const known = hashes.get(script);
  if (known !== undefined) return known;
  const hash = createHash("sha1").update(script).digest("hex");
  hashes.set(script, hash);
  return hash;
}

/**
 * A short code: the server's own first word, or the socket's code; of a cluster that can't be reached, what the last of its nodes said.
 * Never a message, which may quote an address or a login.
 */
export function faultCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("lastNodeError" in error && error.lastNodeError instanceof Error) return faultCode(error.lastNodeError);
  if ("code" in error && typeof error.code === "string" && /^[A-Z_]+$/.test(error.code))
    return error.code.toLowerCase();
  const word = /^[A-Z]{2,}(?=[ :]|$)/.exec(error.message)?.[0];
  return word === undefined ? "closed" : word.toLowerCase();
}
