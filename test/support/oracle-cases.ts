// What the oracle is asked about: a deployment with its policies, the callers it has, what they ask and in which spelling, and
// how the upstream is at two moments. Everything is drawn from a few words, so that callers often meet at the same page.
import fc from "fast-check";
import { SESSION_FIELDS } from "./session-list.ts";
import { allowedOrigin } from "./app.ts";
import { apps, askedApps, questionsOf } from "./oracle-questions.ts";
import type { Question } from "./oracle-questions.ts";
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
  resources: ["sessions"];
  fields: string | readonly string[];
};
export type PolicyDocument = { fields: Readonly<Record<string, readonly string[]>>; policies: readonly Policy[] };

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

const lastApps = apps.slice(1).map(({ alias }) => alias);
const seeds = [1, 2, 3];
const meetingsOf = new Map(
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

/** What most questions look at is in both, so that most are answered. */
const sets = {
  basic: ["id", "associated_id", "status"],
  names: ["associated_id", "status", "meeting_display_name", "breakout_rooms"],
};
const policyOf = (meetings: readonly string[]) =>
  fc.record({
    when,
    apps: fc.constantFrom<Policy["apps"]>("*", "*", "*", ...askedApps.map((alias) => [alias]), lastApps),
    meetings: fc.oneof(
      { weight: 4, arbitrary: fc.constant<Policy["meetings"]>("*") },
      {
        weight: 4,
        arbitrary: fc.constantFrom<Policy["meetings"]>({ fromClaim: "meetings" }, { fromClaim: "org.ids" }),
      },
      { weight: 2, arbitrary: fc.shuffledSubarray([...meetings], { minLength: 3 }) },
    ),
    resources: fc.constant<["sessions"]>(["sessions"]),
    fields: fc.oneof(
      { weight: 4, arbitrary: fc.constant<Policy["fields"]>("*") },
      { weight: 4, arbitrary: fc.constantFrom<Policy["fields"]>("basic", "names") },
      fc.shuffledSubarray([...SESSION_FIELDS], { minLength: 1 }),
    ),
  });
/** Policies that have nothing in common; or for each level one, and they differ in nothing but the apps, or the fields. */
const documentOf = (meetings: readonly string[]): fc.Arbitrary<PolicyDocument> =>
  fc
    .tuple(
      fc.array(policyOf(meetings), { minLength: 2, maxLength: 4 }),
      fc.constantFrom("any", "any", "by app", "by fields"),
    )
    .map(([drawn, kind]) => ({
      fields: sets,
      policies: drawn.map((policy, place): Policy => {
        const name = `p${place}`;
        const first = drawn[0] ?? policy;
        const level: When = { claim: "level", equals: place + 1 };
        if (kind === "by app")
          return { ...first, name, when: level, apps: askedApps.slice(place % 2, (place % 2) + 1) };
        if (kind === "by fields") return { ...first, name, when: level, fields: policy.fields };
        return { name, ...policy };
      }),
    }));

function claimsOf(meetings: readonly string[]): fc.Arbitrary<Claims> {
  const listed = fc.oneof(
    { weight: 6, arbitrary: fc.shuffledSubarray(meetings.slice(0, 1), { minLength: 1, maxLength: 1 }) },
    { weight: 4, arbitrary: fc.shuffledSubarray([...meetings], { minLength: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>([], ["a_b"], meetings[0], { 0: meetings[0] }, null) },
  );
  const roles = fc.constantFrom<unknown>(["teacher"], ["teacher"], ["admin"], ["admin", "teacher"], [], "admin");
  return fc.record(
    {
      roles,
      level: fc.constantFrom(1, 1, 2, 2, 3),
      org: fc.record({ id: fc.constantFrom(1, 2), ids: listed }),
      meetings: listed,
    },
    { requiredKeys: ["level", "org", "meetings"] },
  );
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
        return detail
          ? [{ caller: place % callers, question: Math.floor(place / callers) % questions, ...detail }]
          : [];
      }),
    );
}

const anyCase: fc.Arbitrary<OracleCase> = fc.constantFrom(...seeds).chain((seed) => {
  const meetings = meetingsOf.get(seed) ?? [];
  return fc
    .record({
      document: documentOf(meetings),
      callers: fc.array(claimsOf(meetings), { minLength: 3, maxLength: 6 }),
      questions: questionsOf(meetings),
      states: fc.tuple(state, state),
    })
    .chain(({ document, callers, questions, states }) => {
      const oldTokens = fc.array(fc.constantFrom(false, false, false, true), {
        minLength: callers.length,
        maxLength: callers.length,
      });
      const visits = fc.tuple(
        visitsOf(callers.length, questions.length, 2),
        visitsOf(callers.length, questions.length, 1),
      );
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

/** Drawn evenly: at the edges, where lists are short and numbers the same, nobody meets anybody. */
export const oracleCase = fc.noBias(anyCase);
