// How a probe asks: one call after the other with a pause before each, no more than it said, and none after the account's limit is
// spent. It changes nothing: every call is a GET without a body.
import type { Config } from "../../../src/config/config.ts";
import type { Clock } from "../../../src/ground/runtime.ts";
import { upstreamAddress } from "../../../src/upstream/address.ts";
import { parseJson, readBody } from "../../../src/upstream/body.ts";
import type { Fetch } from "../../../src/upstream/client.ts";
import { createProbe } from "../../../src/upstream/probe.ts";
import { retryAfterSeconds } from "../../../src/upstream/rate-limit.ts";
import { askOnce } from "../ask-once.ts";
import { meterFetch } from "../metered-fetch.ts";
import { count, seen, type Seen } from "./shapes.ts";

/** `status` 0 where nobody answered. `body` is undefined where it is no JSON; `bytes` what it takes as text. */
export type Answer = { status: number; headers: Headers; body: unknown; bytes: number };

export type Asker = {
  /** Below the app, or `/…` of another place. `search` is the query as it is sent, without a question mark. */
  ask(path: string, search?: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Below another app of the account. */
  askApp(appId: string, path: string): Promise<Answer>;
  /** Below the account or the base, for what says whose the token is. */
  askToken(kind: "user" | "account"): Promise<Answer>;
  /** Whether there is something in the file that a link leads to; asked without the token, at configured hosts alone. */
  look(link: string): Promise<"filled" | "empty" | "unavailable">;
  callCount(): number;
  /** Of all answers so far. */
  headerNames(): ReadonlySet<string>;
};

/** Ends a probe before its last question. */
export class Stopped extends Error {
  readonly why: Seen;
  constructor(why: Seen) {
    super("stopped");
    this.why = why;
  }
}

/** Silences in a row after which nobody else is asked. */
const silencesMax = 2;
const limits = { bytesMax: 8_388_608, valuesMax: 1_048_576, idleMs: 5_000 };

export type AskerOptions = { appId: string; callsMax: number; pauseMs: number };

export function createAsker(
  config: Config,
  platform: { fetch: Fetch; clock: Clock },
  { appId, callsMax, pauseMs }: AskerOptions,
): Asker {
  const { upstreamBaseUrl: baseUrl, accountId, cloudflareApiToken: token, upstreamDeadlineMs, artefactHosts } = config;
  const { clock } = platform;
  const meter = meterFetch(platform.fetch, clock, callsMax);
  const lookAt = createProbe({ fetch: meter.fetch, clock, hosts: artefactHosts });
  const names = new Set<string>();
  let silences = 0;

  async function pause(): Promise<void> {
    if (meter.callCount() > 0) await new Promise<void>((resolve) => clock.timer(pauseMs, resolve));
  }

  async function get(url: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
    await pause();
    const answer = await read(url, more);
    silences = answer.status === 0 ? silences + 1 : 0;
    for (const name of answer.headers.keys()) names.add(name);
    if (answer.status === 429) {
      const wait = retryAfterSeconds(answer.headers.get("retry-after"), clock.now());
      throw new Stopped(seen`the account's limit is spent (status 429, to wait: ${count(wait)} s)`);
    }
    if (silences === silencesMax) throw new Stopped(seen`the upstream does not answer`);
    return answer;
  }

  async function read(url: string, more: Readonly<Record<string, string>>): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, ...more };
    const deps = { fetch: meter.fetch, clock, deadlineMs: upstreamDeadlineMs };
    const asked = await askOnce({ url, method: "GET", headers }, deps, async (response, cutoff) => {
      const outcome = await readBody(response, cutoff, limits);
      const text = outcome.kind === "text" ? outcome.text : "";
      const { status, headers: received } = response;
      const bytes = new TextEncoder().encode(text).byteLength;
      return { status, headers: received, body: parseJson(text)?.body, bytes };
    });
    return asked.ok ? asked.value : { status: 0, headers: new Headers(), body: undefined, bytes: 0 };
  }

  function addressOf(app: string, path: string): string {
    const address = upstreamAddress({ baseUrl, accountId }, { appId: app, path, parameters: new URLSearchParams() });
    if (!address.ok) throw new Stopped(seen`an id of an answer fits no address`);
    return address.value;
  }

  return {
    ask: (path, search = "", headers) => get(addressOf(appId, path) + (search === "" ? "" : `?${search}`), headers),
    askApp: (other, path) => get(addressOf(other, path)),
    askToken: (kind) => get(`${baseUrl}${kind === "user" ? "/user" : `/accounts/${accountId}`}/tokens/verify`),
    async look(link) {
      await pause();
      return lookAt(link, { deadlineAt: clock.now() + upstreamDeadlineMs, report: () => {} });
    },
    callCount: () => meter.callCount(),
    headerNames: () => names,
  };
}
