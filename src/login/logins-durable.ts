// The record of logins in the storage of the shield, which is one for all isolates of a deployment, and their way there.
import type { Clock, Report } from "../ground/runtime.ts";
import type { LoginRecord, Logins } from "./logins.ts";

/** `storage` must be SQLite-backed. */
export function createDurableLogins(
  { sql }: Pick<DurableObjectStorage, "sql">,
  { clock }: { clock: Pick<Clock, "now"> },
): Logins {
  sql.exec(
    "CREATE TABLE IF NOT EXISTS logins (id TEXT NOT NULL, owner TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (id, owner)) WITHOUT ROWID",
  );
  sql.exec("CREATE INDEX IF NOT EXISTS logins_of ON logins (owner)");
  sql.exec("CREATE INDEX IF NOT EXISTS logins_until ON logins (until)");
  return {
    async isLive(id) {
      const [found] = sql.exec<{ until: number }>("SELECT until FROM logins WHERE id = ? LIMIT 1", id).toArray();
      return found !== undefined && found.until > clock.now();
    },
    async record({ id, owners, until }) {
      sql.exec("DELETE FROM logins WHERE until <= ?", clock.now());
      for (const owner of owners) sql.exec("INSERT OR REPLACE INTO logins VALUES (?, ?, ?)", id, owner, until);
      return true;
    },
    async end(id) {
      sql.exec("DELETE FROM logins WHERE id = ?", id);
      return true;
    },
    async endAllOf(owner) {
      sql.exec("DELETE FROM logins WHERE id IN (SELECT id FROM logins WHERE owner = ?)", owner);
      return true;
    },
  };
}

/** The verbs as they are called across the boundary: any of them may reject. */
export type RemoteLogins = {
  isLoginLive(id: string): Promise<boolean | undefined>;
  recordLogin(login: LoginRecord): Promise<boolean>;
  endLogin(id: string): Promise<boolean>;
  endLoginsOf(owner: string): Promise<boolean>;
};

/** `connect` gives a fresh stub, because one that has thrown is broken for good. */
export function createLoginsClient(connect: () => RemoteLogins, report: Report): Logins {
  async function ask<Value>(verb: (remote: RemoteLogins) => Promise<Value>, otherwise: Value): Promise<Value> {
    try {
      return await verb(connect());
    } catch (error) {
      report({ type: "login.storeFailed", reason: error instanceof Error ? error.name : typeof error });
      return otherwise;
    }
  }
  return {
    isLive: (id) => ask<boolean | undefined>((remote) => remote.isLoginLive(id), undefined),
    record: (login) => ask((remote) => remote.recordLogin(login), false),
    end: (id) => ask((remote) => remote.endLogin(id), false),
    endAllOf: (owner) => ask((remote) => remote.endLoginsOf(owner), false),
  };
}
