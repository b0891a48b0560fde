// `npm run doctor -- --probe`: what nobody knows of the upstream, as far as one account's own data tell it by GETs. Each line is a question
// and what was seen, made of kinds, counts and words of the code alone, so that it can be sent to others.
import type { Config } from "../../../src/config/config.ts";
import type { Clock } from "../../../src/ground/runtime.ts";
import type { Fetch } from "../../../src/upstream/client.ts";
import { EXIT_FAILED, EXIT_OK } from "../findings.ts";
import { type Asker, createAsker, Stopped } from "./ask.ts";
import type { Question } from "./question.ts";
import { accountQuestions, appIdsSeen } from "./questions-account.ts";
import { fileQuestions } from "./questions-files.ts";
import { listQuestions } from "./questions-list.ts";
import { sessionQuestions } from "./questions-session.ts";
import { seen, type Seen } from "./shapes.ts";
import { outcomeOf, pickSessions, rowsIn, type Subjects } from "./subjects.ts";

export const questions: readonly Question[] = [
  ...listQuestions,
  ...sessionQuestions,
  ...fileQuestions,
  ...accountQuestions,
];

/** For the two lists that everything begins with, and for every question. */
export const probeCallsMax = questions.reduce((sum, { callsMax }) => sum + callsMax, 2);

const pauseMs = 1_000;

export type ProbeDeps = { fetch: Fetch; clock: Clock; print: (line: string) => void };

/** The lists that tell which sessions there are to ask about. */
async function findSubjects(asker: Asker, clock: Clock): Promise<Subjects> {
  const first = await asker.ask("/sessions");
  if (first.status !== 200) throw new Stopped(seen`the list of sessions can't be read (${outcomeOf(first)})`);
  const long = await asker.ask("/sessions", "per_page=1000");
  const [few, many] = [first, long].map(({ body }) => rowsIn(body, "sessions"));
  const rows = (many ?? []).length > (few ?? []).length ? (many ?? []) : (few ?? []);
  return { ...asker, now: () => clock.now(), first, long, rows, sessions: pickSessions(rows, clock.now()) };
}

/** Prints a report on one app and gives the exit code: 1 where it ended before its last question. */
export async function runProbe(config: Config, appId: string, { fetch, clock, print }: ProbeDeps): Promise<number> {
  print(
    `probe: at most ${probeCallsMax} GETs about one app, one a second; they count towards the account's limit. ` +
      "No name, id, link or text of an answer is printed.\n",
  );
  const tell = (name: string, what: Seen) => print(`${name}: ${what}`);
  const asker = createAsker(config, { fetch, clock }, { appId, callsMax: probeCallsMax, pauseMs });
  let askedCount = 0;
  try {
    const subjects = await findSubjects(asker, clock);
    tell("ids of the configured apps", appIdsSeen(config.apps.values()));
    for (const { name, look } of questions) {
      tell(name, await look(subjects));
      askedCount += 1;
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    tell("stopped", error.why);
  }
  print(`\n${askedCount} of ${questions.length} questions asked; ${asker.callCount()} calls spent`);
  return askedCount === questions.length ? EXIT_OK : EXIT_FAILED;
}
