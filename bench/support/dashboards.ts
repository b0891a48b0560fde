// Dashboards in a simulated world for a while: as many pages as there are, each dashboard on one of them, and changes that are told.
import type { Change } from "../../src/resources/change.ts";
import { createSeededRandom } from "../../test/support/timeline.ts";
import { useInstantDigest } from "./instant-digest.ts";
import { createLiveWorld } from "./live-world.ts";
import type { LiveWorld, Operations } from "./live-world.ts";

export const dashboards = { clients: 200, pages: 20, isolates: 4, changes: 30, ends: 3 };

/** `lists`: every page is a list of the app, which every change touches. `sessions`: every page is a session, and a change touches one. */
export type Kind = "lists" | "sessions";

export type Hour = {
  operations: Operations;
  calls: number;
  /** Of those: within 3 s of a change, in the 40 s after that, and at any other time. */
  spread: { atOnce: number; afterwards: number; otherwise: number };
  /** Answers, or events, with a page. */
  pages: number;
  refused: number;
};

const pollMs = 5_000;
const warmUpMs = 120_000;
const alias = "support";

export type Run = { kind: Kind; how: "streams" | "polling"; hours: number };

const spent = new Map<string, Promise<Hour>>();

/** The same however often it is asked: a world is simulated once. */
export function spendHours(run: Run): Promise<Hour> {
  const name = `${run.kind} ${run.how} ${run.hours}`;
  const known = spent.get(name) ?? simulate(run);
  spent.set(name, known);
  return known;
}

async function simulate({ kind, how, hours }: Run): Promise<Hour> {
  const restore = useInstantDigest();
  const world = createLiveWorld(dashboards.isolates, how === "streams" ? { WEBHOOKS: "on" } : {});
  const { clock } = world;
  const sessions = startSessions(world, dashboards.pages);
  const paths = pathsOf(
    kind,
    sessions.map(({ session = "" }) => session),
  );
  const random = createSeededRandom(2);
  const beginsAt = clock.now() + warmUpMs;
  const endsAt = beginsAt + hours * 3_600_000;
  const hour = { pages: 0, refused: 0 };
  /** Every page is open in every isolate. */
  const isolateOf = (client: number) => Math.floor(client / paths.length);
  const pathOf = (client: number) => paths[client % paths.length] ?? "";

  const poll = async (client: number): Promise<void> => {
    if (clock.now() < endsAt) clock.timer(pollMs, () => void poll(client));
    const response = await world.ask(isolateOf(client), `/v1${pathOf(client)}`, client);
    await response.arrayBuffer();
    if (response.ok) hour.pages += 1;
    else hour.refused += 1;
  };
  const listen = async (client: number): Promise<void> => {
    const response = await world.ask(isolateOf(client), `/v1/live${pathOf(client)}`, client);
    if (!response.ok) hour.refused += 1;
    await followPages(response, () => (hour.pages += 1));
    clock.timer(1_000 + random() * 4_000, () => void listen(client));
  };
  const begin = how === "streams" ? listen : poll;
  for (let client = 0; client < dashboards.clients; client += 1) {
    clock.timer(random() * pollMs, () => void begin(client));
  }
  const changedAt: number[] = [];
  const happen = (number: number) => {
    const change = sessions[number % sessions.length];
    if (!change?.session) return;
    const isEnd = number % (dashboards.changes / dashboards.ends) === dashboards.changes / dashboards.ends - 1;
    const steering = world.simulator.steering();
    const { session } = change;
    if (isEnd && kind === "lists") {
      const [extra] = startSessions(world, 1);
      steering.end(extra?.session ?? "");
    } else if (isEnd) steering.leave(session);
    else steering.join(session);
    changedAt.push(clock.now());
    if (how === "streams") void world.tell({ ...change, ...(isEnd && { hasEnded: true }) });
  };
  try {
    // Webhooks are heard before the hour begins, and pages are in use.
    clock.timer(pollMs * 2, () => happen(0));
    await clock.runUntil(beginsAt);
    world.calls.length = 0;
    changedAt.length = 0;
    Object.assign(world.operations, { workerRequests: 0, loads: 0, logReads: 0, appends: 0, kvReads: 0, kvWrites: 0 });
    Object.assign(hour, { pages: 0, refused: 0 });
    const changes = Math.round(dashboards.changes * Math.min(hours, 1));
    const everyMs = (hours * 3_600_000) / changes;
    for (let number = 0; number < changes; number += 1) {
      clock.timer((number + 0.1 + 0.2 * random()) * everyMs, () => happen(number));
    }
    await clock.runUntil(endsAt);
  } finally {
    restore();
  }
  const spread = { atOnce: 0, afterwards: 0, otherwise: 0 };
  for (const at of world.calls) {
    const ago = at - (changedAt.findLast((changed) => changed <= at) ?? -Infinity);
    if (ago < 3_000) spread.atOnce += 1;
    else if (ago < 43_000) spread.afterwards += 1;
    else spread.otherwise += 1;
  }
  return { ...hour, operations: world.operations, calls: world.calls.length, spread };
}

/** Reads a stream to its end. `onPage` hears each page. */
export async function followPages({ body }: Response, onPage: () => void): Promise<void> {
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    if (text.startsWith("event: page")) onPage();
  }
}

/** LIVE sessions of the bench's own, as changes of them are told. */
export function startSessions({ simulator }: Pick<LiveWorld, "simulator">, count: number): Change[] {
  const steering = simulator.steering();
  return Array.from({ length: count }, () => {
    const { app_id: appId, meeting_id: meeting, session_id: session } = steering.start({ app: alias, participants: 2 });
    return { appId, meeting: meeting.toLowerCase(), session, about: "session" };
  });
}

/** Paths of different pages, below `/v1` and `/v1/live`. */
export function pathsOf(kind: Kind, sessions: readonly string[]): string[] {
  return sessions.map((session, number) =>
    kind === "lists" ? `/apps/${alias}/sessions?per_page=${number + 10}` : `/apps/${alias}/sessions/${session}`,
  );
}
