// What is asked of the account: whose the token is, which headers answers have, and what they say of its limit.
import { field } from "../../../src/ground/plain-data.ts";
import { rateLimitHint } from "../../../src/upstream/rate-limit.ts";
import type { Answer } from "./ask.ts";
import type { Question } from "./question.ts";
import { headersSeen, idsWritten, known, list, members, seen, yesNo } from "./shapes.ts";
import { outcomeOf } from "./subjects.ts";

/** The published quotas of a window. */
const quotas = [250, 1_000, 1_200, 2_000, 3_500, 7_500];
const windows = [1, 10, 50, 60, 300];

const hintOf = ({ headers }: Answer) => rateLimitHint(headers.get("ratelimit"), headers.get("ratelimit-policy"));

export const accountQuestions: readonly Question[] = [
  {
    name: "token, asked as a user's and as the account's",
    callsMax: 2,
    async look({ askToken }) {
      const answers = [await askToken("user"), await askToken("account")];
      const told = answers.map((one) => {
        const result = members([field(one.body, "result")], ["id", "status", "not_before", "expires_on"]);
        return one.status === 200 ? seen`${outcomeOf(one)}, result ${result}` : outcomeOf(one);
      });
      return list(told, "; ");
    },
  },
  {
    name: "a conditional request",
    callsMax: 1,
    async look({ ask, first }) {
      const etag = first.headers.get("etag");
      if (etag === null) return seen`no etag`;
      return outcomeOf(await ask("/sessions", "", { "if-none-match": etag }));
    },
  },
  {
    name: "limit headers",
    callsMax: 0,
    async look({ first, long }) {
      const [one, other] = [hintOf(first), hintOf(long)];
      if (!one || !other) return seen`none`;
      const [, window] = /;w=(\d{1,6})/.exec(first.headers.get("ratelimit-policy") ?? "") ?? [];
      return seen`quota ${known(quotas, one.quota)} in ${known(windows, Number(window))} s; fewer left after a call ${yesNo(other.remaining < one.remaining)}`;
    },
  },
  {
    name: "header names, of all answers",
    callsMax: 0,
    look: async ({ headerNames }) => headersSeen(headerNames()),
  },
];

/** How the ids of configured apps are written, which no call tells. */
export const appIdsSeen = (ids: Iterable<string>) => idsWritten([...ids]);
