// The upstream of the oracle: the simulator, with the app and the meeting that a row belongs to written all over the row, so that
// whatever leaks says where it comes from. The same address gets the same answer as long as a state lasts, whoever asks and
// however often.
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { createTestClock } from "./clock.ts";
import { testEpoch } from "./epoch.ts";

/** How the upstream behaves. Faults must not draw on the number of the call. */
export type UpstreamState = { ignoresMeeting: boolean; faults: readonly FaultInput[] };

export type World = {
  fetch: Fetch;
  /** By session id, for every row sent so far. */
  owners: ReadonlyMap<string, Owner>;
};
export type Owner = { appId: string; meeting: string };

/** How far the second moment of a world is from the first: no page is fresh any more then, and no token good. */
export const pauseMs = 400_000;

const markPattern = /§([\w-]+)\/([\w-]+)§/g;
const markOf = ({ appId, meeting }: Owner) => `§${appId}/${meeting}§`;

/** Whose rows show in these bytes. */
export const ownersIn = (text: string): Owner[] =>
  [...text.matchAll(markPattern)].map(([, appId = "", meeting = ""]) => ({ appId, meeting }));

const budget = { requests: 100_000_000, windowSeconds: 1 };
const simulators = new Map<string, Simulator>();

/** Making one's world is slow and asking it changes nothing, so that cases share them. */
function simulatorOf(seed: number, moment: number): Simulator {
  const name = `${seed} ${moment}`;
  let simulator = simulators.get(name);
  if (!simulator) {
    simulator = createSimulator({ seed, clock: createTestClock(testEpoch), budget });
    simulator.advance(moment * pauseMs);
    simulators.set(name, simulator);
  }
  return simulator;
}

/** `moment`: 0 or 1. */
export function createWorld(seed: number, moment: number, state: UpstreamState): World {
  const simulator = simulatorOf(seed, moment);
  const answers = new Map<string, Promise<Answered>>();
  const owners = new Map<string, Owner>();

  async function ask(url: string, init: RequestInit): Promise<Answered> {
    const address = new URL(url);
    if (state.ignoresMeeting) address.searchParams.delete("associated_id");
    simulator.setFaults(state.faults);
    const response = await simulator.fetch(new Request(address, init));
    const appId = /\/kit\/([^/]+)\//.exec(address.pathname)?.[1] ?? "";
    const text = marked(await response.text(), appId, owners);
    return { status: response.status, type: response.headers.get("content-type") ?? "", text };
  }

  return {
    owners,
    async fetch(url, init) {
      const answer = answers.get(url) ?? ask(url, init);
      answers.set(url, answer);
      const { status, type, text } = await answer;
      return new Response(text, { status, headers: { "content-type": type } });
    },
  };
}

type Answered = { status: number; type: string; text: string };

/** With a mark in every title and in `meta` of every row. A body that can't be read stays as it is. */
function marked(text: string, appId: string, owners: Map<string, Owner>): string {
  const body = parsed(text);
  const rows: unknown = body?.data?.sessions;
  if (!Array.isArray(rows)) return text;
  for (const row of rows) {
    if (typeof row?.associated_id !== "string") continue;
    const owner = { appId, meeting: row.associated_id };
    if (typeof row.id === "string") owners.set(row.id, owner);
    for (const each of [row, ...(Array.isArray(row.breakout_rooms) ? row.breakout_rooms : [])]) {
      if (typeof each !== "object" || each === null) continue;
      each.meta = { about: markOf(owner) };
      if (typeof each.meeting_display_name === "string") each.meeting_display_name += ` ${markOf(owner)}`;
    }
  }
  return JSON.stringify(body);
}

/** Whatever a simulator may send: read by a test that looks at each part before it uses it. */
function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The meetings that an app had most of lately: two of each app, by app id. */
export async function busyMeetings(seed: number): Promise<ReadonlyMap<string, readonly string[]>> {
  const simulator = simulatorOf(seed, 0);
  simulator.setFaults([]);
  const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}` };
  const found = new Map<string, readonly string[]>();
  for (const { id } of simulator.apps) {
    const path = `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${id}/sessions?per_page=100`;
    const answer = await simulator.fetch(new Request(`http://127.0.0.1${path}`, { headers }));
    const counts = new Map<string, number>();
    for (const { meeting } of ownersIn(marked(await answer.text(), id, new Map()))) {
      counts.set(meeting, (counts.get(meeting) ?? 0) + 1);
    }
    const busiest = [...counts].sort(([, one], [, other]) => other - one).map(([meeting]) => meeting);
    found.set(id, busiest.slice(0, 2));
  }
  return found;
}
