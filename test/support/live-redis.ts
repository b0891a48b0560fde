// The log of changes as Redis keeps it, in memory: what the two scripts of `change-log-redis-script.ts` promise, on a server that goes and
// comes back, with and without its data. The scripts themselves are tested on a real one.
import { appendScript, changesScript } from "../../src/cache/change-log-redis-script.ts";
import type { Clock, Random, Redis, RedisAnswer } from "../../src/ground/runtime.ts";
import { bytesOf } from "./cache-rig.ts";
import type { Recorded } from "./live-parts.ts";

export type LiveRedis = {
  /** A process's connection. `knows`: whether it was told of a touch. */
  connect(): { redis: Redis; knows(touch: Recorded): boolean; close(): void };
  isUp(): boolean;
  cut(): void;
  /** With another run id after a restart; none of that where only the connection was lost. */
  comeBack(as: "same" | "restarted" | "empty"): void;
};

type Kept = { head: number; floor: number; hidden: number; hiddenFloor: number; members: Map<string, number> };

export function createLiveRedis(clock: Clock, random: Random, touches: Recorded[]): LiveRedis {
  let kept: Kept | undefined;
  let isUp = true;
  let isElsewhere = false;
  const hearers = new Set<(message: string) => void>();

  /** What both scripts begin with. */
  function open(knownHead: number, knownHidden: number): Kept {
    const { head = 0, ...rest } = kept ?? { floor: 0, hidden: 0, hiddenFloor: 0, members: new Map<string, number>() };
    const state: Kept = { head, ...rest };
    if (!kept || isElsewhere || head < knownHead) {
      state.head = Math.max(clock.now(), knownHead + 1, head + 1);
      state.floor = state.head;
      isElsewhere = false;
    }
    if (state.hidden < knownHidden) {
      state.hidden = knownHidden;
      state.hiddenFloor = Math.max(state.hiddenFloor, knownHidden);
    }
    kept = state;
    return state;
  }

  function append(state: Kept, [kind, hasEnded, , ...tags]: readonly string[]): number {
    const position = Math.max(state.head + 1, clock.now());
    for (const tag of tags) {
      state.members.set(`${kind} ${tag}`, position);
      if (hasEnded === "1") state.members.set(`ended ${tag}`, position);
    }
    state.head = position;
    if (kind === "hidden") state.hidden = position;
    if (kind === "changed" || kind === "purged" || kind === "hidden") {
      touches.push({ tags, kind, ...(hasEnded === "1" && { hasEnded: true }), at: clock.now(), isLost: false });
    }
    for (const hear of hearers) clock.timer(random() * 5, () => isUp && hear(String(position)));
    return position;
  }

  function changes({ head, floor, hiddenFloor, members }: Kept, after: number) {
    const found = [...members].filter(([, at]) => at > after).toSorted(([, one], [, other]) => one - other);
    return [head, floor, hiddenFloor, bytesOf(JSON.stringify(found.flatMap(([name, at]) => [name, String(at)])))];
  }

  const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve));

  return {
    isUp: () => isUp,
    cut: () => void (isUp = false),
    comeBack(as) {
      isUp = true;
      isElsewhere ||= as !== "same";
      if (as !== "empty") return;
      kept = undefined;
      for (const touch of touches) touch.isLost = true;
    },
    connect() {
      const known = new Set<Recorded>();
      const own = new Set<(message: string) => void>();
      let isOpen = true;
      const redis: Redis = {
        get: async () => ({ state: "gone" }),
        listen(_channel, hear) {
          hearers.add(hear);
          own.add(hear);
        },
        async run(script, _keys, args): Promise<RedisAnswer<unknown>> {
          await wait(random() * 5);
          if (!isUp || !isOpen) {
            await wait(random() * 240);
            return { state: "gone" };
          }
          const [knownHead = 0, knownHidden = 0] = args.map(Number);
          const rest = args.slice(2).map(String);
          const state = open(knownHead, knownHidden);
          if (script !== appendScript && script !== changesScript) throw new Error("an unknown script");
          const value = script === appendScript ? append(state, rest) : changes(state, Number(rest[0]));
          if (script === changesScript) for (const touch of touches) if (!touch.isLost) known.add(touch);
          await wait(random() * 5);
          return { state: "answered", value };
        },
      };
      return {
        redis,
        knows: (touch) => known.has(touch),
        close() {
          isOpen = false;
          for (const hear of own) hearers.delete(hear);
        },
      };
    },
  };
}
