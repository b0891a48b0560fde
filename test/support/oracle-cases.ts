// What the oracle is asked about: a deployment with its policies, the callers it has, what they ask and in which spelling, and
// how the upstream is at two moments. Everything is drawn from a few words, so that callers often meet at the same page.
import fc from "fast-check";
import { createSimulator, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { SESSION_FIELDS } from "../../src/sessions/view.ts";
import { allowedOrigin } from "./app.ts";
import { busyMeetings } from "./oracle-world.ts";
import type { UpstreamState } from "./oracle-world.ts";

export type Claims = Readonly<Record<string, unknown>>;
export type Test =
  | { claim: string; includes: string }
  | { claim: string; equals: unknown }
  | { claim: string; in: readonly unknown[] };
export type When = "authenticated" | Test | { all: readonly Test[] } | { any: readonly Test[] };
export type Policy = {
  name: string;
  when: When;
  apps: "*" | readonly string[];
  meetings: "*" | readonly string[] | { fromClaim: string };
  resources: "*";
  fields: string | readonly string[];
};
export type PolicyDocument = { fields: Readonly<Record<string, readonly string[]>>; policies: readonly Policy[] };

/** `app` is an alias. `broken` goes to the end of the query and makes it wrong. */
export type Question = { app: string; query: Readonly<Record<string, string>>; broken: string };

/** Who shows what: a token of their own, none, or one that nobody signed. */
export type Showing = "own" | "none" | "forged";
export type Visit = {
  caller: number;
  question: number;
  /** Which of the long-lived services is asked, and in which spelling. */
  replica: number;
  style: number;
  method: "GET" | "HEAD";
  origin: string | undefined;
  showing: Showing;
  /** A copy that the client claims to have: one of the ETags that were given out before, of anybody's page. */
  copy: number | undefined;
};
export type OracleCase = {
  seed: number;
  document: PolicyDocument;
  callers: readonly Claims[];
  questions: readonly Question[];
  /** At the second moment each caller shows a new token, or the old one, which has ended. */
  moments: readonly { state: UpstreamState; visits: readonly Visit[]; showsOldToken: readonly boolean[] }[];
};

export const apps = createSimulator().apps;
const aliases = apps.map(({ alias }) => alias);
const askedApps = aliases.slice(0, 2);
const seeds = [1, 2, 3];
const words = new Map(
  await Promise.all(
    seeds.map(async (seed) => {
      const busy = await busyMeetings(seed);
      const meetings = apps.slice(0, 2).flatMap(({ id }) => busy.get(id) ?? []);
      return [seed, [...meetings, "nobody-knows-it"]] as const;
    }),
  ),
);

const test: fc.Arbitrary<Test> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ claim: fc.constant("roles"), includes: fc.constantFrom("admin", "teacher") }) },
  fc.record({ claim: fc.constantFrom("org.id", "level"), equals: fc.constantFrom<unknown>(1, 2, "1") }),
  fc.record({ claim: fc.constant("level"), in: fc.constantFrom<readonly unknown[]>([1, 2], [2, 3]) }),
);
const tests = fc.array(test, { minLength: 1, maxLength: 2 });
const when: fc.Arbitrary<When> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ claim: fc.constant("level"), equals: fc.constantFrom(1, 2) }) },
  { weight: 2, arbitrary: test },
  { weight: 5, arbitrary: fc.constant<When>("authenticated") },
  fc.record({ all: tests }),
  fc.record({ any: tests }),
);

const sets = { basic: ["id", "status", "type"], names: ["associated_id", "meeting_display_name", "breakout_rooms"] };
const policyOf = (meetings: readonly string[]) =>
  fc.record({
    when,
    apps: fc.constantFrom<Policy["apps"]>("*", "*", ...askedApps.map((alias) => [alias]), aliases.slice(1)),
    meetings: fc.oneof(
      { weight: 2, arbitrary: fc.constant<Policy["meetings"]>("*") },
      { weight: 4, arbitrary: fc.constantFrom<Policy["meetings"]>({ fromClaim: "meetings" }, { fromClaim: "org.ids" }) },
      { weight: 2, arbitrary: fc.shuffledSubarray([...meetings], { minLength: 3 }) },
    ),
    resources: fc.constant("*" as const),
    fields: fc.oneof(
      { weight: 2, arbitrary: fc.constant<Policy["fields"]>("*") },
      { weight: 2, arbitrary: fc.constantFrom<Policy["fields"]>("basic", "names") },
      fc.shuffledSubarray([...SESSION_FIELDS], { minLength: 1 }),
    ),
  });
/** Policies that have nothing in common, or all but the apps, or all but the fields. */
const documentOf = (meetings: readonly string[]): fc.Arbitrary<PolicyDocument> =>
  fc
    .tuple(
      fc.array(policyOf(meetings), { minLength: 1, maxLength: 4, size: "max" }),
      fc.constantFrom("nothing", "nothing", "all but apps", "all but fields"),
    )
    .map(([policies, common]) => ({
      fields: sets,
      policies: policies.map((policy, place) => ({
        name: `p${place}`,
        ...policy,
        ...(common !== "nothing" && { meetings: policies[0]?.meetings ?? "*" }),
        ...(common === "all but apps" && { fields: policies[0]?.fields ?? "*" }),
        ...(common === "all but fields" && { apps: "*" as const }),
      })),
    }));

function claimsOf(meetings: readonly string[]): fc.Arbitrary<Claims> {
  const listed = fc.oneof(
    { weight: 4, arbitrary: fc.shuffledSubarray(meetings.slice(0, 1), { minLength: 1, maxLength: 1 }) },
    { weight: 4, arbitrary: fc.shuffledSubarray([...meetings], { minLength: 3 }) },
    fc.constantFrom<unknown>([], ["a_b"], meetings[0], { 0: meetings[0] }, null),
  );
  const roles = fc.constantFrom<unknown>(["teacher"], ["teacher"], ["admin"], ["admin", "teacher"], [], "admin");
  return fc.record(
    { roles, level: fc.constantFrom(1, 2, 3), org: fc.record({ id: fc.constantFrom(1, 2), ids: listed }), meetings: listed },
    { requiredKeys: ["level", "org"] },
  );
}

/** One question and one or two that are nearly the same: what keeps two pages apart is mostly a single word. */
function questionsOf(meetings: readonly string[]): fc.Arbitrary<Question[]> {
  const [favourite = ""] = meetings;
  const words = {
    associated_id: fc.constantFrom(...meetings, ...Array<string>(5).fill(favourite)),
    page_no: fc.constantFrom("1", "2"),
    per_page: fc.constantFrom("2", "5"),
    status: fc.constantFrom("LIVE", "ENDED"),
    sort_order: fc.constantFrom("ASC", "DESC"),
    search: fc.constant("e"),
    participants: fc.constant("1:5"),
  };
  const app = fc.constantFrom(...Array<string[]>(5).fill(askedApps).flat(), "nobody");
  const broken = fc.constantFrom(...Array<string>(40).fill(""), "colour=red", "page_no=x", "per_page=5&per_page=5");
  const { associated_id, page_no, status, search, participants } = words;
  const query = fc.oneof(
    { weight: 8, arbitrary: fc.record({ associated_id, status, page_no }, { requiredKeys: ["associated_id"] }) },
    { weight: 4, arbitrary: fc.record({ status, page_no }, { requiredKeys: [] }) },
    fc.record({ search, page_no }),
    fc.record({ participants }),
  );
  const first = fc.record({ app, query: query.map((some): Question["query"] => ({ per_page: "5", ...some })), broken });
  const change: fc.Arbitrary<Partial<Question>> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ app }) },
    ...Object.entries(words).map(([name, word]) => word.map((value) => ({ query: { [name]: value } }))),
  );
  return fc
    .tuple(first, fc.array(change, { minLength: 1, maxLength: 2 }))
    .map(([one, changes]) => [
      one,
      ...changes.map((other) => ({ ...one, ...other, query: { ...one.query, ...other.query } })),
    ]);
}

/** Ways to go wrong that need no second call and leave the breaker as it is. */
const faults: fc.Arbitrary<UpstreamState["faults"]> = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  fc.constantFrom<UpstreamState["faults"]>(
    ...(["missing", "in-data", "zero-based", "strings", "null", "contradicting", "empty-object"] as const).map(
      (form) => [{ kind: "paging", form } as const],
    ),
    ...["null-title", "id-duplicate", "rooms-nested", "status-lower-case", "row-null", "missing-associated_id"].map(
      (fault) => [{ kind: "rows", fault: fault.replace("title", "meeting_display_name"), which: "half" } as const],
    ),
    [{ kind: "empty-list" }],
    [{ kind: "ended-at-absent" }],
    [{ kind: "body", form: "proto" }],
    [{ kind: "body", form: "not-json" }],
    [{ kind: "error", status: 404 }],
    [{ kind: "error", status: 400 }],
  ),
);
const state: fc.Arbitrary<UpstreamState> = fc.record({
  ignoresMeeting: fc.constantFrom(false, false, true),
  faults,
});

const details = fc.record({
  replica: fc.constantFrom(0, 0, 1, 1, 2),
  style: fc.constantFrom(0, 0, 0, 0, 1, 2, 3, 4, 5),
  method: fc.constantFrom<Visit["method"]>("GET", "GET", "GET", "GET", "HEAD"),
  origin: fc.constantFrom(undefined, undefined, allowedOrigin, "https://other.example"),
  showing: fc.constantFrom<Showing>(...Array<Showing>(30).fill("own"), "none", "forged"),
  copy: fc.option(fc.nat(30), { freq: 3, nil: undefined }),
});

/** Every caller asks every question `times` times, in any order. */
function visitsOf(callers: number, questions: number, times: number): fc.Arbitrary<Visit[]> {
  const all = Array.from({ length: callers * questions * times }, (_, place) => place);
  return fc
    .tuple(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.array(details, { minLength: all.length, maxLength: all.length }),
    )
    .map(([order, drawn]) =>
      order.flatMap((place, turn) => {
        const detail = drawn[turn];
        return detail ? [{ caller: place % callers, question: Math.floor(place / callers) % questions, ...detail }] : [];
      }),
    );
}

export const oracleCase: fc.Arbitrary<OracleCase> = fc.constantFrom(...seeds).chain((seed) => {
  const meetings = words.get(seed) ?? [];
  return fc
    .record({
      document: documentOf(meetings),
      callers: fc.array(claimsOf(meetings), { minLength: 3, maxLength: 6 }),
      questions: questionsOf(meetings),
      states: fc.tuple(state, state),
    })
    .chain(({ document, callers, questions, states }) => {
      const oldTokens = fc.array(fc.constantFrom(false, false, false, true), { minLength: callers.length, maxLength: callers.length });
      const visits = fc.tuple(visitsOf(callers.length, questions.length, 2), visitsOf(callers.length, questions.length, 1));
      return fc.tuple(visits, oldTokens).map(([[first, second], showsOldToken]) => ({
        seed,
        document,
        callers,
        questions,
        moments: [
          { state: states[0], visits: first, showsOldToken: showsOldToken.map(() => false) },
          { state: states[1], visits: second, showsOldToken },
        ],
      }));
    });
});

/** A target that means this question. All styles of one question mean the same. */
export function spelled({ app, query, broken }: Question, style: number): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  if (broken !== "") pairs.push(broken);
  const id = apps.find(({ alias }) => alias === app)?.id ?? app;
  const own = (name: string, search: string) => `/v1/apps/${name}/sessions?${search}`;
  const sdk = (account: string, name: string, search: string) =>
    `/client/v4/accounts/${account}/realtime/kit/${name}/sessions?${search}`;
  const withDefaults = ["sort_by=createdAt", ...(query["page_no"] === undefined ? ["page_no=0"] : []), ...pairs];
  switch (style) {
    case 1:
      return sdk("_", id, pairs.toReversed().join("&"));
    case 2:
      return own(id, pairs.map((pair) => pair.replace(/(?<=^(?:associated_id|status)=).*/, swappedCase)).join("&"));
    case 3:
      return own(app, withDefaults.join("&"));
    case 4:
      return sdk(SIMULATOR_ACCOUNT_ID, app, pairs.map((pair) => pair.replace("=", "=%").replace(/%(.)/, escaped)).join("&"));
    case 5:
      return own(app, `&${pairs.join("&&")}&`);
    default:
      return own(app, pairs.join("&"));
  }
}

const swappedCase = (text: string) => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase());
const escaped = (_: string, first: string) => `%${first.charCodeAt(0).toString(16)}`;
