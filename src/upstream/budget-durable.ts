// The budget in a Durable Object's storage, so that a restart or a deploy forgets no call and no freeze.
//
// One object per account is the only spender, and it is single-threaded, so the state in memory decides and the storage
// follows: every grant is a row, written in the same turn. The platform holds back an outgoing request until the
// writes before it are durable, so a call that left is a call that is remembered. What the upstream's headers say is not kept:
// it is only ever a reason to be slower, and old within seconds.
import type { Clock } from "../ground/runtime.ts";
import { admit, defaultBudgetLimits, frozen, hinted, unspentBudget } from "./budget.ts";
import type { Budget, BudgetLimits, BudgetState } from "./budget.ts";

/** Rows that left the window are swept together, one statement for so many grants. */
const sweepEvery = 64;

/** Reads what was spent before, then keeps both in step. `storage` must be SQLite-backed. */
export function createDurableBudget(
  storage: Pick<DurableObjectStorage, "sql">,
  deps: { clock: Pick<Clock, "now">; limits?: BudgetLimits },
): Budget {
  const { clock, limits = defaultBudgetLimits } = deps;
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS calls (at INTEGER NOT NULL, client TEXT)");
  // Where earlier versions wrote, who remembered no client: a deploy forgets no call.
  sql.exec("CREATE TABLE IF NOT EXISTS spent (at INTEGER NOT NULL)");
  sql.exec("INSERT INTO calls (at) SELECT at FROM spent");
  sql.exec("DELETE FROM spent");
  sql.exec("CREATE TABLE IF NOT EXISTS freeze (id INTEGER PRIMARY KEY CHECK (id = 1), until INTEGER NOT NULL)");

  let state = readState(sql, clock.now() - limits.windowMs);
  let grantsSinceSweep = 0;

  return {
    take: async (lane, payer) => {
      const now = clock.now();
      const admission = admit(state, lane, now, limits, payer);
      state = admission.state;
      if (!admission.verdict.granted) return admission.verdict;
      sql.exec("INSERT INTO calls (at, client) VALUES (?, ?)", now, payer?.client ?? null);
      grantsSinceSweep += 1;
      if (grantsSinceSweep >= sweepEvery) {
        grantsSinceSweep = 0;
        sql.exec("DELETE FROM calls WHERE at <= ?", now - limits.windowMs);
      }
      return admission.verdict;
    },
    freeze: async (seconds) => {
      state = frozen(state, seconds, clock.now());
      sql.exec("INSERT OR REPLACE INTO freeze (id, until) VALUES (1, ?)", state.frozenUntil);
    },
    hint: async (hint) => {
      state = hinted(state, hint, clock.now());
    },
  };
}

function readState(sql: SqlStorage, since: number): BudgetState {
  const calls = sql
    .exec<{ at: number; client: string | null }>("SELECT at, client FROM calls WHERE at > ? ORDER BY at", since)
    .toArray()
    .map(({ at, client }) => ({ at, client: client ?? undefined }));
  const [freeze] = sql.exec<{ until: number }>("SELECT until FROM freeze WHERE id = 1").toArray();
  return { ...unspentBudget, calls, frozenUntil: freeze?.until ?? 0 };
}
