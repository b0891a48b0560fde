// What is asked in a case of the oracle: questions that are nearly the same, and the many ways to write each of them down.
import fc from "fast-check";
import { createSimulator, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";

/** `app` is an alias. `broken` goes to the end of the query and makes it wrong. */
export type Question = { app: string; query: Readonly<Record<string, string>>; broken: string };

export const apps = createSimulator().apps;
export const askedApps = apps.slice(0, 2).map(({ alias }) => alias);

/** One question about these meetings, and one or two that are nearly the same: what keeps two pages apart is mostly a single word. */
export function questionsOf(meetings: readonly string[]): fc.Arbitrary<Question[]> {
  const [favourite = ""] = meetings;
  const words = {
    associated_id: fc.constantFrom(...meetings, ...Array<string>(9).fill(favourite)),
    page_no: fc.constantFrom("1", "2"),
    per_page: fc.constantFrom("2", "5"),
    status: fc.constantFrom("LIVE", "ENDED"),
    sort_order: fc.constantFrom("ASC", "DESC"),
    search: fc.constant("e"),
    participants: fc.constant("1:5"),
    sort_by: fc.constant("minutesConsumed"),
    start_time: fc.constant("2026-11-01T00:00:00Z"),
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

/** A target that means this question. All styles of one question mean the same. */
export function spelled({ app, query, broken }: Question, style: number): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  if (broken !== "") pairs.push(broken);
  const id = apps.find(({ alias }) => alias === app)?.id ?? app;
  const own = (name: string, search: string) => `/v1/apps/${name}/sessions?${search}`;
  const sdk = (account: string, name: string, search: string) =>
    `/client/v4/accounts/${account}/realtime/kit/${name}/sessions?${search}`;
  const defaults = { sort_by: "createdAt", page_no: "0" };
  const missing = Object.entries(defaults).filter(([name]) => query[name] === undefined);
  const withDefaults = [...missing.map((pair) => pair.join("=")), ...pairs];
  switch (style) {
    case 1:
      return sdk("_", id, pairs.toReversed().join("&"));
    case 2:
      return own(id, pairs.map((pair) => pair.replace(/(?<=^(?:associated_id|status)=).*/, swappedCase)).join("&"));
    case 3:
      return own(app, withDefaults.join("&"));
    case 4:
      return sdk(
        SIMULATOR_ACCOUNT_ID,
        app,
        pairs.map((pair) => pair.replace("=", "=%").replace(/%(.)/, escaped)).join("&"),
      );
    case 5:
      return own(app, `&${pairs.join("&&")}&`);
    default:
      return own(app, pairs.join("&"));
  }
}

const swappedCase = (text: string) => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase());
const escaped = (_: string, first: string) => `%${first.charCodeAt(0).toString(16)}`;
