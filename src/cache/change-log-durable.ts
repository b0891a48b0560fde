// The log of changes in a Durable Object's storage, so that a restart or a deploy forgets nothing of it.
//
// The object is single-threaded: the marks in memory decide and the storage follows in the same turn, before the platform lets an answer
// out. A touch writes one row for each of its tags; what the memory forgets is swept together.
import type { Clock } from "../ground/runtime.ts";
import { createChangeLog, type ChangeJournal, type ChangeLog } from "./change-log.ts";
import type { Changes, Marks } from "./change-marks.ts";

const sweepEvery = 1_000;

/** The last position of each kind: tag, changed, purged, hidden, ended, at. */
const putTag = `INSERT INTO changes (tag, changed, purged, hidden, ended, at) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (tag) DO UPDATE SET changed = max(changed, excluded.changed), purged = max(purged, excluded.purged),
    hidden = max(hidden, excluded.hidden), ended = max(ended, excluded.ended), at = excluded.at`;

/** Reads what was known before; without anything, the log begins now. `storage` must be SQLite-backed. */
export function createDurableChangeLog(
  { sql }: Pick<DurableObjectStorage, "sql">,
  { clock }: { clock: Pick<Clock, "now"> },
): ChangeLog & ChangeJournal {
  sql.exec(
    "CREATE TABLE IF NOT EXISTS changes (tag TEXT PRIMARY KEY, changed INTEGER NOT NULL, purged INTEGER NOT NULL, hidden INTEGER NOT NULL, ended INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
  );
  sql.exec(
    "CREATE TABLE IF NOT EXISTS changes_floor (id INTEGER PRIMARY KEY CHECK (id = 1), floor INTEGER NOT NULL, hidden INTEGER NOT NULL)",
  );
  sql.exec("INSERT OR IGNORE INTO changes_floor (id, floor, hidden) VALUES (1, ?, 0)", clock.now());

  let touchesSinceSweep = 0;
  const log = createChangeLog(clock, {
    from: readChanges(sql),
    keep({ tags, kind, hasEnded }, position) {
      const when = (isMarked: boolean) => (isMarked ? position : 0);
      const [changed, purged, hidden] = [when(kind === "changed"), when(kind === "purged"), when(kind === "hidden")];
      const ended = when(hasEnded === true);
      for (const tag of tags) sql.exec(putTag, tag, changed, purged, hidden, ended, position);
      touchesSinceSweep += tags.length;
    },
  });

  /** What the memory has forgotten lies below its floor. */
  async function sweep(): Promise<void> {
    const { floor, hiddenFloor } = await log.changes(log.head());
    sql.exec("UPDATE changes_floor SET floor = ?, hidden = ? WHERE id = 1", floor, hiddenFloor);
    sql.exec("DELETE FROM changes WHERE at <= ?", floor);
  }

  return {
    ...log,
    async append(touch) {
      const position = await log.append(touch);
      if (touchesSinceSweep >= sweepEvery) {
        touchesSinceSweep = 0;
        await sweep();
      }
      return position;
    },
  };
}

function readChanges(sql: SqlStorage): Changes {
  const [begin] = sql
    .exec<{ floor: number; hidden: number }>("SELECT floor, hidden FROM changes_floor WHERE id = 1")
    .toArray();
  const { floor = 0, hidden = 0 } = begin ?? {};
  const rows = sql.exec<Row>("SELECT tag, changed, purged, hidden, ended, at FROM changes ORDER BY at").toArray();
  return {
    head: Math.max(floor, rows.at(-1)?.at ?? 0),
    floor,
    hiddenFloor: hidden,
    touched: rows.map(({ at: _at, ...touched }) => touched),
  };
}

/** `at`: when the tag was touched last, in whatever way. */
type Row = Marks & { tag: string; at: number };
