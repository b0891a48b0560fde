// What the oracle is asked about: a deployment with its policies, the callers it has, what they ask and in which spelling, and
// how the upstream is at two moments. Everything is drawn from a few words, so that callers often meet at the same page.
import fc from "fast-check";
import type { Resource } from "../../src/resources/resource.ts";
import { allowedOrigin } from "./app.ts";
import { nowhere, placesOf } from "./oracle-places.ts";
import { claimsOf, documentOf, openDocument } from "./oracle-policies.ts";
import type { Claims, PolicyDocument } from "./oracle-policies.ts";
import { questionsOf } from "./oracle-questions.ts";
import type { Question } from "./oracle-questions.ts";
import type { UpstreamState } from "./oracle-world.ts";

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

const seeds = [1, 2, 3];
const places = new Map(await Promise.all(seeds.map(async (seed) => [seed, await placesOf(seed)] as const)));

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
    ...(["ready", "empty", "placeholder", "absent"] as const).map((each) => [
      { kind: "artefact-state", state: each } as const,
    ]),
    [{ kind: "row-fields", form: "observed" }],
    [{ kind: "extra-fields" }],
    [{ kind: "peer-report", form: "missing" }],
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
  replica: fc.constantFrom(0, 1, 2),
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

/** Drawn evenly: at the edges, where lists are short and numbers the same, nobody meets anybody. */
export const casesOf = (resource: Resource): fc.Arbitrary<OracleCase> =>
  fc.noBias(
    fc.constantFrom(...seeds).chain((seed) => {
      const there = places.get(seed) ?? [];
      const meetings = there.map(({ meeting }) => meeting);
      return fc
        .record({
          document: documentOf(resource, meetings),
          callers: fc.array(claimsOf(meetings), { minLength: 3, maxLength: 5 }),
          questions: questionsOf(resource, there),
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
    }),
  );

/** Somebody who may see everything asks the same twice, at every place, while nothing is wrong. */
export const plainCases = ({ path }: Resource): OracleCase[] =>
  seeds.map((seed) => {
    const there = (places.get(seed) ?? []).filter((place) => place !== nowhere);
    const visit = { caller: 0, replica: 0, style: 0, method: "GET", origin: undefined, showing: "own" } as const;
    return {
      seed,
      document: openDocument,
      callers: [{}],
      questions: there.map(({ app, ids }) => ({ app, path, ids, query: {}, broken: "" })),
      moments: [
        {
          state: { ignoresMeeting: false, faults: [] },
          visits: there.flatMap((_, question) => [visit, visit].map((one) => ({ ...one, question, copy: undefined }))),
          showsOldToken: [false],
        },
      ],
    };
  });
