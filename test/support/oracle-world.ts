// The upstream of the oracle: the simulator, with the app and the meeting that an answer belongs to written all over it, so that
// whatever leaks says where it comes from. Texts are marked; ids are remembered with whose they are. The same address gets the same
// answer as long as a state lasts, whoever asks and however often.
//
// Whose a session is does not change, and who looked it up once may rely on that: at the second moment the page that others hang on is
// answered without faults.
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { canonicalSearch, readQuery } from "../../src/resources/read-query.ts";
import { resourceAt, resources } from "../../src/resources/registry.ts";
import type { Resource } from "../../src/resources/resource.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { createTestClock } from "./clock.ts";
import { testEpoch } from "./epoch.ts";
import { idsIn, marked } from "./oracle-marks.ts";
import type { Owner } from "./oracle-marks.ts";

/** How the upstream behaves. Faults must not draw on the number of the call. */
export type UpstreamState = { ignoresMeeting: boolean; faults: readonly FaultInput[] };

export type World = {
  fetch: Fetch;
  /** By id, everybody for whom one was sent so far. */
  owners: ReadonlyMap<string, readonly Owner[]>;
  /** `app id/path` of every address below an app that was answered with a 404 so far. */
  missing: ReadonlySet<string>;
};

/** How far the second moment of a world is from the first: no page is fresh any more then, and no token good. */
export const pauseMs = 400_000;

const budget = { requests: 100_000_000, windowSeconds: 1 };
const simulators = new Map<string, Simulator>();

/** Making one's world is slow and asking it changes nothing, so that cases share them. */
export function simulatorOf(seed: number, moment: number): Simulator {
  const name = `${seed} ${moment}`;
  let simulator = simulators.get(name);
  if (!simulator) {
    simulator = createSimulator({ seed, clock: createTestClock(testEpoch), budget });
    simulator.advance(moment * pauseMs);
    simulators.set(name, simulator);
  }
  return simulator;
}

type Row = { id: string; associated_id: string };

async function rowsOf(simulator: Simulator, appId: string, search: string): Promise<Row[]> {
  simulator.setFaults([]);
  const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}` };
  const path = `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${appId}/sessions?${search}`;
  const answer = await simulator.fetch(new Request(`http://127.0.0.1${path}`, { headers }));
  return (await answer.json<{ data: { sessions: Row[] } }>()).data.sessions;
}

/** By app id, the meeting of every session and of itself: of the last thousand sessions, which have every meeting. */
type Meetings = ReadonlyMap<string, ReadonlyMap<string, string>>;
const meetings = new Map<number, Promise<Meetings>>();

export function meetingsOf(seed: number): Promise<Meetings> {
  const known = meetings.get(seed) ?? readMeetings(simulatorOf(seed, 1));
  meetings.set(seed, known);
  return known;
}

async function readMeetings(simulator: Simulator): Promise<Meetings> {
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const { id } of simulator.apps) {
    const rows = await rowsOf(simulator, id, "per_page=1000");
    const named = rows.flatMap((row) => [row.id, row.associated_id].map((name) => [name, row.associated_id] as const));
    found.set(id, new Map(named));
  }
  return found;
}

/** The meetings that an app had most of lately: two of each app, by app id. Those that go on come first where that is asked for. */
export async function busyMeetings(
  seed: number,
  { liveFirst = false } = {},
): Promise<ReadonlyMap<string, readonly string[]>> {
  const simulator = simulatorOf(seed, 0);
  const found = new Map<string, readonly string[]>();
  for (const { id } of simulator.apps) {
    const counts = new Map<string, number>();
    const count = (rows: readonly Row[], by: number) =>
      rows.forEach(({ associated_id: meeting }) => counts.set(meeting, (counts.get(meeting) ?? 0) + by));
    count(await rowsOf(simulator, id, "per_page=100"), 1);
    if (liveFirst) count(await rowsOf(simulator, id, "per_page=2&status=LIVE"), 1_000);
    const busiest = [...counts].sort(([, one], [, other]) => other - one).map(([meeting]) => meeting);
    found.set(id, busiest.slice(0, 2));
  }
  return found;
}

const templates = resources.map((resource) => ({
  resource,
  pattern: new RegExp(`^${resource.path.replaceAll(/:\w+/g, "[^/]+")}$`),
}));
const resourceOf = (path: string) => templates.find(({ pattern }) => pattern.test(path))?.resource;

/** The question by which the parent of something is looked up. */
const parentPaths = new Set(resources.flatMap(({ owner }) => (owner.by === "parent" ? [owner.path] : [])));
const isParentPage = ({ path }: Resource, search: string) => {
  const query = parentPaths.has(path) ? readQuery(resourceAt(path), "", testEpoch) : undefined;
  return query?.ok === true && search === `?${canonicalSearch(query.value)}`;
};

/** `moment`: 0 or 1. */
export function createWorld(seed: number, moment: number, state: UpstreamState): World {
  const simulator = simulatorOf(seed, moment);
  const answers = new Map<string, Promise<Answered>>();
  const owners = new Map<string, Owner[]>();
  const missing = new Set<string>();

  const remember = (text: string, owner: Owner) => {
    for (const id of idsIn(text)) owners.set(id, [...(owners.get(id) ?? []), owner]);
  };

  async function ask(url: string, init: RequestInit): Promise<Answered> {
    const address = new URL(url);
    const [, appId = "", path = ""] = /\/kit\/([^/]+)(\/.*)$/.exec(address.pathname) ?? [];
    const resource = resourceOf(path);
    const { owner } = resource ?? {};
    if (state.ignoresMeeting && owner?.by === "field") address.searchParams.delete(owner.parameter);
    const known = (await meetingsOf(seed)).get(appId) ?? new Map<string, string>();
    const isSteady = moment > 0 && resource !== undefined && isParentPage(resource, address.search);
    simulator.setFaults(isSteady ? [] : state.faults);
    const response = await simulator.fetch(new Request(address, init));
    const { status, headers } = response;
    if (status === 404) missing.add(appId + path);
    const text = await response.text();
    const isOurs = resource !== undefined && status === 200;
    return {
      status,
      type: headers.get("content-type") ?? "",
      text: isOurs
        ? marked(text, { appId, moment, path, isList: owner?.by === "field", meetings: known, remember })
        : text,
    };
  }

  return {
    owners,
    missing,
    async fetch(url, init) {
      const answer = answers.get(url) ?? ask(url, init);
      answers.set(url, answer);
      const { status, type, text } = await answer;
      return new Response(text, { status, headers: { "content-type": type } });
    },
  };
}

type Answered = { status: number; type: string; text: string };
