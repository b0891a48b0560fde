// What the oracle asks about: in each of two apps, two meetings with what belongs to them, and a place where there is nothing.
import { openPolicies } from "../../scripts/open-policies.ts";
import { createSimulator } from "../../simulator/simulator.ts";
import { idNamesOf } from "../../src/resources/read-query.ts";
import { resources } from "../../src/resources/registry.ts";
import { configFor, requestTo } from "./app.ts";
import { createTestClock } from "./clock.ts";
import { testEpoch } from "./epoch.ts";
import { findIds } from "./family.ts";
import { build, partsOf } from "./oracle-services.ts";
import { busyMeetings, simulatorOf } from "./oracle-world.ts";

/** `ids` by the names of path parameters. */
export type Place = { app: string; meeting: string; ids: Readonly<Record<string, string>> };

export const apps = createSimulator().apps;
export const askedApps = apps.slice(0, 2).map(({ alias }) => alias);

const idNames = [...new Set(resources.flatMap(idNamesOf))];
/** Nobody's, in whatever app. */
export const nowhere: Place = {
  app: askedApps[0] ?? "",
  meeting: "nobody-knows-it",
  ids: Object.fromEntries(idNames.map((name) => [name, "00000000-0000-4000-8000-000000000000"])),
};

/** Files of a session and reports on it are there within a day. */
const settledMs = 86_400_000;

/** Of meetings that go on at the first moment, as far as an app has some; what else belongs to a meeting is of an ended session. */
export async function placesOf(seed: number): Promise<readonly Place[]> {
  const clock = createTestClock(testEpoch);
  const simulator = simulatorOf(seed, 0);
  const meetings = await busyMeetings(seed, { liveFirst: true });
  simulator.setFaults([]);
  const settings = { AUTH_MODE: "public", POLICIES: openPolicies(askedApps) };
  const { app } = build(
    partsOf(configFor(settings), {
      clock,
      store: undefined,
      fetch: (url, init) => simulator.fetch(new Request(url, init)),
      defer: () => {},
    }),
  );
  const service = { send: async (target: string) => app.fetch(requestTo(target)) };
  const places: Place[] = [];
  for (const { alias, id } of apps.filter((one) => askedApps.includes(one.alias))) {
    for (const meeting of meetings.get(id) ?? []) {
      const before = new Date(testEpoch - settledMs).toISOString();
      const ids = await findIds(service, `/v1/apps/${alias}`, { meeting, before });
      const missing = idNames.filter((name) => !Object.hasOwn(ids, name));
      if (missing.length > 0) throw new Error(`test/support/family.ts finds no ${missing.join(", ")}`);
      places.push({ app: alias, meeting, ids });
    }
  }
  return [...places, nowhere];
}
