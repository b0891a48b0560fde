// Identity under a test clock, and an issuer that publishes its keys as well or as badly as a test wants.
import { hash } from "node:crypto";
import { fail, ok } from "../../src/ground/errors.ts";
import type { Failure } from "../../src/ground/errors.ts";
import { createIdentity } from "../../src/identity/identity.ts";
import type { Identity, IdentitySettings } from "../../src/identity/identity.ts";
import type { Fetch } from "../../src/ground/fetch-json.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { createTestClock } from "./clock.ts";
import type { TestClock } from "./clock.ts";
import { audience, issuer } from "./tokens.ts";

export const jwksUrl = "https://login.example/.well-known/jwks.json";

export type Issuer = {
  /** What was fetched, one after the other. */
  readonly asked: { url: string; init: RequestInit; at: number }[];
  readonly fetch: Fetch;
  publish(...keys: object[]): void;
  /** From now on every fetch gets this. */
  answer(how: Fetch): void;
  down(): void;
  /** Never answers, and takes no notice of a signal. */
  hang(): void;
};

/** Publishes no key at first. */
export function createIssuer(clock: TestClock): Issuer {
  const asked: Issuer["asked"] = [];
  let respond: Fetch = async () => new Response('{"keys":[]}');
  return {
    asked,
    fetch: async (url, init) => {
      asked.push({ url, init, at: clock.now() });
      return respond(url, init);
    },
    publish(...keys) {
      respond = async () => new Response(JSON.stringify({ keys }));
    },
    answer(how) {
      respond = how;
    },
    down() {
      respond = async () => {
        throw new TypeError("fetch failed");
      };
    },
    hang() {
      respond = () => new Promise(() => {});
    },
  };
}

/** Leave to check any credential. */
export const mayCheck = () => ok(undefined);

export type IdentityRig = {
  clock: TestClock;
  issuer: Issuer;
  identity: Identity;
  events: Event[];
  /** How many digests were made. */
  digests(): number;
  /** How often it was asked whether a credential may be checked. */
  checks(): number;
  /** From now on, no credential may be checked, and this is why. */
  forbidChecks(failure: Failure): void;
  /** Reasons of refusals, in order. */
  reasons(): string[];
  identify(token: string): ReturnType<Identity["identify"]>;
  recall(token: string): ReturnType<Identity["recall"]>;
  /** Waits for all that was left for after an answer. */
  deferred(): Promise<void>;
};

export const bearer = (token: string) => ({ authorization: `Bearer ${token}`, accessAssertion: undefined });
export const assertion = (token: string) => ({ authorization: undefined, accessAssertion: token });

export const jwksSettings: IdentitySettings = {
  mode: "jwt",
  issuer,
  audiences: [audience],
  key: { type: "jwks", url: jwksUrl },
};

export function createIdentityRig(settings: IdentitySettings = jwksSettings): IdentityRig {
  const clock = createTestClock();
  const issuerOfRig = createIssuer(clock);
  let digestCount = 0;
  const digest = (text: string) => {
    digestCount += 1;
    return hash("sha256", text, "base64url");
  };
  const identity = createIdentity(settings, { fetch: issuerOfRig.fetch, clock, digest });
  const events: Event[] = [];
  const work: Promise<unknown>[] = [];
  let checkCount = 0;
  let forbidden: Failure | undefined;
  const context = {
    report: (event: Event) => void events.push(event),
    defer: (promise: Promise<unknown>) => void work.push(promise),
    mayCheck: () => {
      checkCount += 1;
      return forbidden ? fail(forbidden) : mayCheck();
    },
  };
  const credentials = settings.mode === "access" ? assertion : bearer;
  return {
    clock,
    issuer: issuerOfRig,
    identity,
    events,
    digests: () => digestCount,
    checks: () => checkCount,
    forbidChecks(failure) {
      forbidden = failure;
    },
    reasons: () => events.flatMap((event) => (event.type === "identity.refused" ? [event.reason] : [])),
    identify: (token) => identity.identify(credentials(token), context),
    recall: (token) => identity.recall(credentials(token)),
    async deferred() {
      await clock.settle();
      await Promise.all(work.splice(0));
    },
  };
}
