// A random history of the live simulation: a storm in which everything may go wrong, then a calm in which changes go on and listeners must
// keep up with them, then pages that nobody asks for and that are touched all the same.
import type { Touch } from "../../src/cache/change-marks.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { createChecks, type Invariant, type Listening, type Put } from "./live-checks.ts";
import { admissionOf, hardDeadlineMs, payerOf, type LiveOptions, type LiveRig } from "./live-parts.ts";
import { heard, livePages, places, type LivePage, type Place, type WorldFault } from "./live-world.ts";
import { createSeededRandom } from "./timeline.ts";

export type HistoryOptions = LiveOptions & {
  stormMs: number;
  calmMs: number;
  /** Of all events. */
  lostShare: number;
  /** From so long after the beginning on, every event is lost. */
  lostFromMs: number;
  hasPurges: boolean;
  hasListeners: boolean;
  /** Nothing is ever refused for want of budget, so that listeners must keep up. */
  isAmple: boolean;
};

/** Five minutes of storm and five of calm in which some events are lost. */
export const storm: Omit<HistoryOptions, "seed"> = {
  requests: 900,
  hasWebhooks: true,
  mutation: {},
  stormMs: 300_000,
  calmMs: 300_000,
  lostShare: 0.1,
  lostFromMs: Infinity,
  hasPurges: true,
  hasListeners: true,
  isAmple: true,
};

export type Outcome = {
  /** The first breach of each, with what led to it. */
  breaches: ReadonlyMap<Invariant, string>;
  /** What readers were shown, and when. */
  shown: readonly string[];
  seen: ReadonlyMap<string, number>;
};

const clients = ["ada", "bob", "cy", "dot", "eve"];
const worldFaults: readonly WorldFault[] = ["error", "hang", "limited", "throw"];
/** Back-offs, a freeze and an open breaker have ended by then, and what was loaded in the storm has aged. */
const graceMs = 90_000;
const traceLines = 60;

export async function runHistory(make: (options: LiveOptions) => LiveRig, options: HistoryOptions): Promise<Outcome> {
  const { seed, stormMs, calmMs, lostShare, lostFromMs, hasPurges, hasListeners, isAmple } = options;
  const random = createSeededRandom(seed ^ 0x5eed);
  const rig = make(options);
  const { clock, world, nodes } = rig;
  const begunAt = clock.now();
  const trace: string[] = [];
  const shown: string[] = [];
  const seen = new Map<string, number>();
  const breaches = new Map<Invariant, string>();
  const listeners = new Map<Listening, () => void>();
  let soundSince = begunAt;
  let openReads = 0;

  const below = (count: number) => Math.floor(random() * count);
  const oneOf = <Value>(values: readonly Value[]): Value => {
    const value = values[below(values.length)];
    if (value === undefined) throw new Error("nothing to choose from");
    return value;
  };
  const tell = (line: string) => void trace.push(`${clock.now() - begunAt} ms: ${line}`);
  const count = (what: string) => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const checks = createChecks(rig, options, (invariant, what) => {
    if (breaches.has(invariant)) return;
    tell(`BREACH of ${invariant}: ${what.replaceAll(/\d{13}/g, (at) => `${Number(at) - begunAt} ms`)}`);
    breaches.set(invariant, [`seed ${seed}`, ...trace.slice(-traceLines)].join("\n"));
  });
  const pass = (ms: number) => clock.runUntil(clock.now() + Math.ceil(ms));

  async function read(node: number, page: LivePage, client: string): Promise<void> {
    const reader = nodes[node];
    const at = clock.now();
    const own = reader?.memory.get(page.key);
    const put: Put = { node, page, at, own, hiddenBy: checks.hiddenFor(node, page, soundSince) };
    const events: Event[] = [];
    const context = {
      defer: () => {},
      report: (event: Event) => void events.push(event),
      payer: () => payerOf(client),
    };
    openReads += 1;
    const result = await reader?.pages.get(page, context);
    openReads -= 1;
    if (!result || nodes[node] !== reader) return;
    checks.waited(put);
    if (!result.ok) {
      count(result.failure.code);
      shown.push(`${clock.now() - begunAt} ${page.key}: ${result.failure.code}`);
      return tell(`${client} reads ${page.key} at ${node}: ${result.failure.code}`);
    }
    const call = checks.callOf(result.value);
    const isFresh = events.every(({ type }) => type !== "cache.servedStale");
    count(isFresh ? "fresh" : "stale");
    shown.push(`${clock.now() - begunAt} ${page.key}#${call.index} ${isFresh}`);
    tell(
      `${client} reads ${page.key} at ${node}: #${call.index} of version ${call.brought.version.number}, ${isFresh ? "fresh" : "stale"}`,
    );
    checks.shown(put, call);
    if (isFresh) checks.calledFresh(put, result.value);
  }

  function listen(node: number, page: LivePage, client: string): void {
    const listening: Listening = { node, page, client, since: clock.now(), held: undefined };
    tell(`${client} listens to ${page.key} at ${node}`);
    const stop = nodes[node]?.watches.add({
      admission: admissionOf(page, client),
      requestId: client,
      defer: () => {},
      tick: () => {},
      failed: ({ code }) => count(`listener: ${code}`),
      page(entry) {
        const call = checks.callOf(entry);
        if (call.index === listening.held?.index) return;
        listening.held = call;
        tell(`${client} at ${node} is sent ${page.key}#${call.index} of version ${call.brought.version.number}`);
        count("sent");
        checks.shown({ node, page, hiddenBy: checks.hiddenLong(page, soundSince) }, call);
      },
    });
    if (stop) listeners.set(listening, stop);
  }

  /** As the upstream does: what was not taken is sent again. */
  async function deliver(touch: Touch, node: number, triesLeft: number): Promise<void> {
    try {
      await rig.append(node, touch);
      tell(`the log has ${touch.kind} of ${touch.tags.join(" ")}`);
    } catch {
      count("not taken");
      if (triesLeft > 0) clock.timer(2_000, () => void deliver(touch, node, triesLeft - 1));
    }
  }

  function happen(place: Place): void {
    const lagMs = random() < 0.5 ? 0 : below(10_000);
    const [isMissed, isDoubled, hasEnded] = [random() < lostShare, random() < 0.2, random() < 0.1];
    const isLost = isMissed || clock.now() - begunAt >= lostFromMs;
    const touch: Touch = { tags: [heard, place], kind: "changed", ...(hasEnded && { hasEnded }) };
    world.change(place, lagMs);
    tell(`${place} changes, to be seen in ${lagMs} ms${isLost ? ", and nobody is told" : ""}`);
    count(isLost ? "lost" : "told");
    for (const isFirst of [true, false]) {
      const [delayMs, node] = [random() < 0.7 ? below(300) : below(20_000), below(nodes.length)];
      if (!isLost && (isFirst || isDoubled)) clock.timer(delayMs, () => void deliver(touch, node, 20));
    }
  }

  function purge(): void {
    const kind = random() < 0.5 ? "hidden" : "purged";
    count(kind);
    void deliver({ tags: [oneOf([...places, "all"])], kind }, below(nodes.length), 20);
  }

  function restart(node: number): void {
    tell(`${node} starts anew`);
    rig.restart(node);
    for (const [{ node: at, page, client }, stop] of [...listeners].filter(([one]) => one.node === node)) {
      stop();
      clock.timer(1_000 + below(4_000), () => listen(at, page, client));
    }
    for (const one of listeners.keys()) if (one.node === node) listeners.delete(one);
  }

  function heal(): void {
    rig.heal();
    world.setFaults("none", 0);
    soundSince = clock.now();
    tell("all is well");
  }

  function trouble(): void {
    const chance = random();
    soundSince = Infinity;
    if (chance < 0.35) {
      const kind = oneOf(worldFaults);
      world.setFaults(kind, random());
      tell(`upstream: ${kind}`);
    } else if (chance < 0.45) restart(below(nodes.length));
    else tell(rig.upset());
  }

  /** One moment of whatever may happen. */
  async function moment(isStorm: boolean): Promise<void> {
    const chance = random();
    const [node, page, client] = [below(nodes.length), oneOf(livePages), oneOf(clients)];
    if (chance < 0.6) for (let left = below(3); left >= 0; left -= 1) void read(node, page, client);
    else if (chance < 0.74) happen(oneOf(places));
    else if (chance < 0.78) {
      if (hasPurges) purge();
    } else if (chance < 0.83) {
      if (hasListeners && listeners.size < 12) listen(node, page, client);
    } else if (chance < 0.85) {
      for (const [listening, stop] of [...listeners].slice(0, 1)) {
        stop();
        listeners.delete(listening);
      }
    } else if (isStorm && chance < 0.93) trouble();
    else if (isStorm && chance < 0.96) heal();
    await pass(20 + random() ** 3 * 4_000);
  }

  async function spend(ms: number, isStorm: boolean): Promise<void> {
    const endsAt = clock.now() + ms;
    while (clock.now() < endsAt) {
      await moment(isStorm);
      if (isStorm || !isAmple) continue;
      for (const listening of listeners.keys()) checks.listening(listening, soundSince + graceMs);
    }
  }

  await spend(stormMs, true);
  heal();
  await spend(calmMs, false);

  for (const stop of listeners.values()) stop();
  listeners.clear();
  const rounds = isAmple && lostShare < 1 && lostFromMs === Infinity ? 4 : 0;
  for (let round = 0; round < rounds; round += 1) {
    const touchAll = () => Promise.all(places.map((place) => rig.append(0, { tags: [heard, place], kind: "changed" })));
    void touchAll();
    await pass(2_000);
    const since = clock.now();
    for (let node = 0; node < nodes.length; node += 1)
      for (const page of livePages) void read(node, page, oneOf(clients));
    await pass(8_000);
    void touchAll();
    await pass(200 + below(800));
    void touchAll();
    await pass(15_000);
    checks.reloaded(since);
  }
  await pass(hardDeadlineMs * 2);
  checks.books();
  checks.allAnswered(openReads);
  return { breaches, shown, seen };
}
