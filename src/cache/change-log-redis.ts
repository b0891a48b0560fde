// The log of changes of a fleet, in Redis, and a process that follows it.
//
// problem  Every process must learn of each change within a second and keep a page fresh only while it knows of none, also while Redis
//          loses its data, its newest writes or its clock, and while the log is bounded.
// choice   One sorted set by position that holds each tag once (see the script). It remembers which server it was written on, and each
//          process tells it the last position that it has seen: a log that may have lost something raises its floor, so that every page from
//          before is stale. Processes that know of a hard purge tell the log again. A message wakes the others; it may be lost, because
//          a reader asks anyway when what it knows is a second old.
// refused  A Redis stream: it holds touches, not tags, so that a busy meeting alone would push all else below the floor within minutes, and
//          every settled page would be read again. It needs commands, too, that the logins of today's deployments may not use.
// cost     A restart of Redis and a fail-over make every page stale once, also where nothing was lost. Without leave to ask which server
//          it is, a lost tail is noticed only by a process that has seen it and asks before new changes have passed it. Two primaries at
//          once keep two logs until one of them stops.
import * as z from "zod";
import type { Redis } from "../ground/runtime.ts";
import { createFollowedLog } from "./change-log-followed.ts";
import { appendScript, changesScript, membersMax } from "./change-log-redis-script.ts";
import type { ChangeJournal, ChangeLog } from "./change-log.ts";
import { createChangeMarks } from "./change-marks.ts";

/** Its name is the whole reason: the log can't be had because Redis is gone, refuses the script, or answers something else. */
class RedisLogFault extends Error {
  override readonly name;

  constructor(name: "redis_gone" | "redis_refused" | "redis_reply") {
    super(name);
    this.name = name;
  }
}

const channelOf = (prefix: string) => `${prefix}changes`;

/** One log for each prefix. Both verbs reject where Redis can't be asked, and wait for it no longer than the connection does. */
export function createRedisJournal(redis: Redis, { prefix }: { prefix: string }): ChangeJournal {
  const key = `${prefix}{changes}`;
  /** The last position that this process has seen, and the last at which something was hidden. */
  let head = 0;
  let hidden = 0;

  async function run(script: string, args: readonly (string | number)[]): Promise<unknown> {
    const answer = await redis.run(script, [key], [head, hidden, ...args]);
    if (answer.state !== "answered") throw new RedisLogFault(`redis_${answer.state}`);
    return answer.value;
  }

  return {
    async append({ tags, kind, hasEnded }) {
      // More than are kept are forgotten at once, whatever they are: then everything is touched.
      const kept = [...new Set(tags)].slice(0, membersMax + 1);
      const reply = await run(appendScript, [kind, hasEnded ? "1" : "", channelOf(prefix), ...kept]);
      const position = read(() => Position.parse(reply));
      head = Math.max(head, position);
      if (kind === "hidden") hidden = Math.max(hidden, position);
      return position;
    },

    async changes(after) {
      const reply = await run(changesScript, [Math.max(0, after)]);
      const { bounds, marked } = read(() => readChanges(reply));
      const marks = createChangeMarks({ floor: 0 });
      for (const { kind, tag, position } of marked) {
        if (kind === "ended") marks.touch({ tags: [tag], kind: "changed", hasEnded: true }, position);
        else marks.touch({ tags: [tag], kind }, position);
        if (kind === "hidden") hidden = Math.max(hidden, position);
      }
      head = Math.max(head, bounds.head);
      hidden = Math.max(hidden, bounds.hiddenFloor);
      return { ...marks.since(0), ...bounds };
    },
  };
}

/**
 * The log of this process: asked for as `createFollowedLog` says, and within milliseconds of a change elsewhere. What was appended here is
 * known here when `append` answers, unless Redis went away in between.
 */
export function followRedis(
  redis: Redis,
  { prefix, ...options }: { prefix: string } & Parameters<typeof createFollowedLog>[1],
): ChangeLog & ChangeJournal {
  const journal = createRedisJournal(redis, { prefix });
  const log = createFollowedLog(journal, options);
  const asking = createAsking(log.sync);

  /** Asks unless that position is known. A question under way may have been put before it. */
  const learn = async (position: number) => {
    if (!(position <= log.head())) await asking.anew();
  };
  redis.listen(channelOf(prefix), (message) => void learn(Number(message)));

  return {
    ...log,
    sync: asking.soon,
    changes: journal.changes,
    async append(touch) {
      const position = await journal.append(touch);
      await learn(position);
      return position;
    },
  };
}

/** At most one question under way, and one after it for all who need what happened since it was put. */
function createAsking(ask: () => Promise<void>) {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const soon = () => (current ??= ask().finally(() => (current = undefined)));
  return {
    soon,
    anew(): Promise<void> {
      if (!current) return soon();
      return (next ??= current.then(() => {
        next = undefined;
        return soon();
      }));
    },
  };
}

const Position = z.int().nonnegative();
const Members = z.array(z.string());
const Reply = z.tuple([Position, Position, Position, z.instanceof(Uint8Array)]);
const Kind = z.enum(["changed", "purged", "hidden", "ended"]);

/** A reply of any other shape means that the log can't be had. */
function read<Value>(reply: () => Value): Value {
  try {
    return reply();
  } catch {
    throw new RedisLogFault("redis_reply");
  }
}

function readChanges(reply: unknown) {
  const [head, floor, hiddenFloor, text] = Reply.parse(reply);
  const members = Members.parse(JSON.parse(new TextDecoder().decode(text)));
  const marked = [];
  for (let place = 0; place < members.length; place += 2) {
    const [, kind, tag] = /^(\w+) (.*)$/s.exec(members[place] ?? "") ?? [];
    const position = Position.parse(Number(members[place + 1]));
    marked.push({ kind: Kind.parse(kind), tag: z.string().parse(tag), position });
  }
  return { bounds: { head, floor, hiddenFloor }, marked };
}
