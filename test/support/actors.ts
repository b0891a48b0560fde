// Who comes to the boundary, and to which deployment: a school with its policies, over rows that say whose they are, counting what
// every answer cost.
import type { Ways } from "./oracle-services.ts";
import { asStore, createMemoryStore } from "../../src/cache/store.ts";
import type { Asked } from "../../src/service/answer.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { configFor, requestTo, testAssets } from "./app.ts";
import { bearer, serverKey, signed, tokenOf } from "./callers.ts";
import { createTestClock } from "./clock.ts";
import type { TestClock } from "./clock.ts";
import { apps } from "./oracle-places.ts";
import type { Claims, PolicyDocument } from "./oracle-policies.ts";
import type { Question } from "./oracle-questions.ts";
import { build, partsOf } from "./oracle-services.ts";
import { busyMeetings, createWorld } from "./oracle-world.ts";
import type { UpstreamState } from "./oracle-world.ts";

const seed = 1;
export const [own, other] = [apps[0] ?? { alias: "", id: "" }, apps[1] ?? { alias: "", id: "" }];
const busy = await busyMeetings(seed);
/** Two meetings of the first app, and one that nobody has. */
export const [meetingA = "", meetingB = ""] = busy.get(own.id) ?? [];
export const meetingNowhere = "nobody-knows-it";

/** The rows of the simulator, marked. */
export const worldFetch = (state: Partial<UpstreamState> = {}): Fetch =>
  createWorld(seed, 0, { ignoresMeeting: false, faults: [], ...state }).fetch;

export const school: PolicyDocument = {
  fields: { basic: ["id", "associated_id", "status", "type"] },
  policies: [
    {
      name: "admin",
      when: { claim: "roles", includes: "admin" },
      apps: "*",
      meetings: "*",
      resources: ["sessions"],
      fields: "*",
    },
    {
      name: "teacher",
      when: { claim: "roles", includes: "teacher" },
      apps: [own.alias],
      meetings: { fromClaim: "meetings" },
      resources: ["sessions"],
      fields: "basic",
    },
    {
      name: "guest",
      when: { claim: "roles", includes: "guest" },
      apps: [other.alias],
      meetings: "*",
      resources: ["sessions"],
      fields: ["id", "meeting_display_name"],
    },
  ],
};
export const schoolSettings = { ...signed({}), POLICIES: JSON.stringify(school) };

/** `claims`: undefined for whoever can't be told. */
export type Actor = { name: string; headers: Readonly<Record<string, string>>; claims: Claims | undefined };

const actor = (name: string, token: string | undefined, claims?: Claims): Actor => ({
  name,
  headers: token === undefined ? {} : bearer(token),
  claims,
});

const people = {
  "somebody without a policy": { roles: ["janitor"] },
  "a teacher of A": { roles: ["teacher"], meetings: [meetingA] },
  "a teacher of A and B": { roles: ["teacher"], meetings: [meetingA, meetingB] },
  "an admin": { roles: ["admin"] },
  "a guest of the other app": { roles: ["guest"] },
};
export type Person = keyof typeof people;

/** By name, with tokens of this moment. */
export async function actorsAt(now: number): Promise<ReadonlyMap<string, Actor>> {
  const actors = [
    actor("nobody", undefined),
    actor("a forged token", (await tokenOf({ roles: ["admin"] }, now)).replace(/.{8}$/, "AAAAAAAA")),
    actor("an expired token", await tokenOf({ roles: ["admin"] }, now - 400_000)),
    actor("an API key", serverKey),
  ];
  for (const [name, claims] of Object.entries(people)) {
    actors.push(actor(name, await tokenOf({ ...claims, sub: name }, now), claims));
  }
  return new Map(actors.map((each) => [each.name, each]));
}

const question = (app: string, query: Question["query"] = {}): Question => ({
  app,
  path: "/sessions",
  ids: {},
  query,
  broken: "",
});
/** What can be asked for, by app, by meeting and across meetings. */
export const resources: Readonly<Record<string, Question>> = {
  "the app": question(own.alias),
  "meeting A": question(own.alias, { associated_id: meetingA }),
  "meeting B": question(own.alias, { associated_id: meetingB }),
  "no meeting": question(own.alias, { associated_id: meetingNowhere }),
  "a search": question(own.alias, { search: "e" }),
  "a number of participants": question(own.alias, { participants: "1:9" }),
  "live sessions": question(own.alias, { status: "LIVE" }),
  "the longest first": question(own.alias, { sort_by: "minutesConsumed" }),
  "the other app": question(other.alias),
  "A in the other app": question(other.alias, { associated_id: meetingA }),
  "no app": question("nobody"),
};

const mounts = [
  (app: string) => `/v1/apps/${app}/sessions`,
  (app: string) => `/client/v4/accounts/_/realtime/kit/${app}/sessions`,
];
/** An alias that is none stays as it is. */
export const idOf = (alias: string) => [own, other].find((app) => app.alias === alias)?.id ?? alias;
/** At both mounts, by alias and by id. */
export const targetsOf = ({ app, query }: Question) => {
  const search = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return mounts.flatMap((mount) =>
    [app, idOf(app)].map((name) => [mount(name), ...search].join(search.length ? "?" : "")),
  );
};

export type Counts = { upstream: number; pages: number; store: number };
export type Deployment = Ways & {
  clock: TestClock;
  /** What was asked of each part so far: pages looked for, the shared store, and the addresses fetched. */
  counts(): Counts;
  fetched: readonly { url: string; headers: Headers }[];
  send(target: string, init?: RequestInit): Promise<Response>;
  /** Without the router, where the answer is there at once. */
  short(target: string, headers?: Readonly<Record<string, string>>): Response | undefined;
};

export type DeploymentOptions = { fetch?: Fetch; keys?: Fetch };

export function createDeployment(
  settings: Readonly<Record<string, string>>,
  { fetch = worldFetch(), keys }: DeploymentOptions = {},
): Deployment {
  const clock = createTestClock();
  const counts: Counts = { upstream: 0, pages: 0, store: 0 };
  const fetched: Deployment["fetched"][number][] = [];
  const deferred: Promise<unknown>[] = [];
  const kept = asStore(createMemoryStore());
  const parts = partsOf(configFor(settings), {
    clock,
    ...(keys && { keys }),
    fetch(url, init) {
      counts.upstream += 1;
      fetched.push({ url, headers: new Headers(init.headers) });
      return fetch(url, init);
    },
    store: {
      ...kept,
      get(key) {
        counts.store += 1;
        return kept.get(key);
      },
    },
    defer: (work) => void deferred.push(work),
  });
  const { pages } = parts;
  const { app, respond } = build({
    ...parts,
    readAsset: async (path) => testAssets.get(path),
    pages: {
      ...pages,
      get(query, context) {
        counts.pages += 1;
        return pages.get(query, context);
      },
      peek(query, report) {
        counts.pages += 1;
        return pages.peek(query, report);
      },
    },
  });
  return {
    app,
    respond,
    clock,
    fetched,
    counts: () => ({ ...counts }),
    async send(target, init) {
      const answer = await app.fetch(requestTo(target, init));
      await Promise.all(deferred.splice(0));
      return answer;
    },
    short(target, headers) {
      const answer = respond(askedOf(target, headers), () => {});
      return answer instanceof Promise ? undefined : answer;
    },
  };
}

/** A GET as an entry hands it to the short ways. */
export function askedOf(target: string, headers: Readonly<Record<string, string>> = {}): Asked {
  return {
    method: "GET",
    target,
    origin: headers["origin"],
    ifNoneMatch: headers["if-none-match"],
    fetchSite: headers["sec-fetch-site"],
    credentials: { authorization: headers["authorization"], accessAssertion: headers["cf-access-jwt-assertion"] },
    address: "192.0.2.1",
  };
}

/** Everything of an answer but what is of this very request. */
export async function stableOf(response: Response): Promise<{ status: number; headers: object; body: string }> {
  const varying = ["x-request-id", "ratelimit", "age", "cache-status", "server-timing"];
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !varying.includes(name)));
  const body = (await response.text())
    .replace(/"request_id":"[0-9a-f-]{36}"/, '"request_id":""')
    .replace(/"instance":"[^"]*"/, '"instance":""');
  return { status: response.status, headers, body };
}
