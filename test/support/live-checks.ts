// What must hold in the live simulation, each against the books of the upstream and of the log.
import { mayBeShown } from "../../src/cache/freshness.ts";
import type { Entry } from "../../src/cache/store.ts";
import {
  freshness,
  hardDeadlineMs,
  sharePercent,
  softDeadlineMs,
  windowMs,
  withWebhooksSeconds,
  type LiveOptions,
  type LiveRig,
  type Recorded,
} from "./live-parts.ts";
import { heard, livePages, type Call, type LivePage, type Version } from "./live-world.ts";

export const invariants = {
  fresh: "no page is called fresh that was touched after its load began",
  lasting: "no page is called fresh for longer than what is known of changes and of silence allows",
  listener: "every listener has the last state in time, and after the freshness at the latest where the event was lost",
  reload: "what is in use and was touched is loaded again without being asked for",
  budget: "the budget is never exceeded",
  share: "every call is somebody's, and nobody causes more than a share",
  hidden: "nothing that was purged hard is shown",
  deadline: "nobody waits past the deadline",
} as const;
export type Invariant = keyof typeof invariants;
export type Breach = (invariant: Invariant, what: string) => void;

export type Listening = { node: number; page: LivePage; client: string; since: number; held: Call | undefined };
/** A question as it was put: what had to be known and could be shown then. */
export type Put = { node: number; page: LivePage; at: number; own: Entry | undefined; hiddenBy: readonly Recorded[] };

/** Twice the upstream's latency, the ways, a look a second, the log's age, and the rest between two loads while the budget is low. */
const reactionMsMax = 2 * 410 + 200 + 1_000 + 1_000 + 5_000;
const jitter = 1.1;
const lagRuleMs = 30_000;
const silenceMs = 600_000;

const liveMs = freshness.freshSeconds.live * 1_000 * jitter;
/** The longest that a version may be believed without a word of a change. */
const believedMs = ({ volatility }: Version, isHeard: boolean) =>
  (isHeard && volatility === "live" ? withWebhooksSeconds : freshness.freshSeconds[volatility]) * 1_000 * jitter;

const isAbout = ({ tags }: Recorded, page: LivePage) => tags.some((tag) => page.tags.includes(tag));

export function createChecks(rig: LiveRig, { requests }: Pick<LiveOptions, "requests">, breach: Breach) {
  const { clock, world, touches } = rig;
  const callOf = (entry: Entry) => world.callOf(entry.body);

  const isHidden = (touch: Recorded, page: LivePage) => touch.kind === "hidden" && isAbout(touch, page);

  /** What nobody may be shown any more who asked at `at`. All was well since `soundSince`. */
  const hiddenLong = (page: LivePage, soundSince: number, at = clock.now() - softDeadlineMs): Recorded[] =>
    touches.filter((touch) => isHidden(touch, page) && soundSince <= touch.at && at > touch.at + rig.logAgeMsMax);

  /** The same for a reader who asks now, and what this node was told, whatever is wrong. */
  const hiddenFor = (node: number, page: LivePage, soundSince: number): Recorded[] => [
    ...hiddenLong(page, soundSince, clock.now()),
    ...touches.filter((touch) => isHidden(touch, page) && rig.knows(node, touch)),
  ];

  function shown({ page, hiddenBy, node }: Pick<Put, "page" | "hiddenBy" | "node">, call: Call): void {
    const hidden = hiddenBy.find(({ at }) => call.leftAt < at);
    if (hidden) breach("hidden", `${page.key}#${call.index} at ${node}, purged at ${hidden.at}`);
  }

  function calledFresh({ page, node }: Put, entry: Entry): void {
    const now = clock.now();
    const { index, leftAt, brought } = callOf(entry);
    const touched = touches.find(
      (touch) => isAbout(touch, page) && touch.at > leftAt && touch.at < now - rig.logAgeMsMax,
    );
    const name = `${page.key}#${index} at ${node}`;
    if (touched) breach("fresh", `${name}, which left at ${leftAt} and was touched at ${touched.at}`);

    const { answeredAt, version } = brought;
    const isBefore = ({ at, isLost }: Recorded, ms: number) => !isLost && at < answeredAt && answeredAt - at < ms;
    const mayLag = touches.some(
      (touch) => touch.kind === "changed" && isAbout(touch, page) && isBefore(touch, lagRuleMs),
    );
    const isHeard = touches.some(
      (touch) => touch.tags.includes(heard) && isBefore({ ...touch, isLost: false }, silenceMs),
    );
    const allowedMs = Math.min(believedMs(version, isHeard), mayLag ? liveMs : Infinity);
    if (now - answeredAt > allowedMs + 20) {
      breach("lasting", `${name}, of ${version.volatility}, answered at ${answeredAt}, allowed for ${allowedMs} ms`);
    }
  }

  function waited(put: Put): void {
    const now = clock.now();
    const waitedMs = now - put.at;
    const { own, node, page } = put;
    const bounds = rig.nodes[node]?.changes.boundsOf(page);
    const isShowable = own && bounds && mayBeShown(own, put.at + softDeadlineMs, bounds);
    if (waitedMs > (isShowable ? softDeadlineMs : hardDeadlineMs)) {
      breach("deadline", `${page.key} at ${node}: ${waitedMs} ms`);
    }
  }

  /** Once nobody asked for longer than a reader waits. */
  function allAnswered(openReads: number): void {
    if (openReads > 0) breach("deadline", `${openReads} readers have no answer`);
  }

  /** While all has been well since `wellSince`. */
  function listening({ node, page, client, since, held }: Listening, wellSince: number): void {
    const now = clock.now();
    const from = Math.max(wellSince, since + hardDeadlineMs);
    const version = held?.brought?.version;
    const name = `${client} at ${node} holds ${page.key}#${held?.index} of version ${version?.number}`;
    if (!version) {
      if (now > from + reactionMsMax) breach("listener", `${name}: nothing`);
      return;
    }
    const next = world.nextOf(page.key, version);
    if (!next) return;
    const changedAt = Math.max(next.from, from);
    // After a purge nobody expects the upstream to lag.
    const told = touches.find((touch) => touch.kind === "changed" && isAbout(touch, page) && touch.at >= next.at);
    const toldMs = told ? Math.max(told.at, changedAt) + liveMs + reactionMsMax : Infinity;
    const heardAt = touches.findLast(({ tags }) => tags.includes(heard))?.at ?? -Infinity;
    const isHeard = changedAt - heardAt < silenceMs + withWebhooksSeconds * 1_000 * jitter;
    const lostMs = changedAt + believedMs(version, isHeard) + reactionMsMax;
    if (now <= Math.min(toldMs, lostMs)) return;
    breach("listener", `${name}; the next is there since ${next.from} and was told at ${told?.at}`);
  }

  /** Pages that were asked for after `since`, once there was time. */
  function reloaded(since: number): void {
    for (const { copies, askedAt } of rig.loadSides()) {
      for (const page of livePages) {
        const copy = copies.get(page.key);
        if (!copy || (askedAt.get(page.key) ?? -Infinity) < since) continue;
        const { index, leftAt } = callOf(copy);
        const last = touches.findLast((touch) => isAbout(touch, page));
        if (last && leftAt < last.at) breach("reload", `${page.key}#${index} left at ${leftAt}, touched at ${last.at}`);
      }
    }
  }

  function books(): void {
    const within = (calls: readonly Call[], most: number) =>
      calls.every(({ leftAt }, index) => (calls[index + most]?.leftAt ?? Infinity) - leftAt >= windowMs);
    if (!within(world.calls, requests)) breach("budget", `more than ${requests} in a window`);
    const most = Math.max(1, Math.floor((requests * sharePercent) / 100));
    for (const client of new Set(world.calls.map((call) => call.client))) {
      const own = world.calls.filter((call) => call.client === client);
      if (client === undefined) breach("share", `${own.length} calls are nobody's`);
      else if (!within(own, most)) breach("share", `${client} caused more than ${most} in a window`);
    }
  }

  return { callOf, hiddenFor, hiddenLong, shown, calledFresh, waited, allAnswered, listening, reloaded, books };
}
