// Where logins are recorded, so that one can be ended before its time: the port, and its form inside one process.
//
// Problem: a sealed cookie is good until its end, whoever has it. Choice: a login that is recorded is good only while its record is there.
// A record is made at login, and taken away by a logout here or at the provider. It holds no name, no claim and no cookie: an
// identifier of ours, and digests of the provider's.
import type { LiveLogins } from "../identity/login-cookie.ts";
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Clock } from "../ground/runtime.ts";

/** `owners`: digests under which the provider may end it, of its session there and of its person. `until`: epoch milliseconds. */
export type LoginRecord = { id: string; owners: readonly string[]; until: number };

/** No verb rejects. */
export type Logins = LiveLogins & {
  /** False where it could not be recorded. */
  record(login: LoginRecord): Promise<boolean>;
  /** Ends one. False where that could not be recorded. */
  end(id: string): Promise<boolean>;
  /** Ends all of an owner. False where that could not be recorded. */
  endAllOf(owner: string): Promise<boolean>;
};

const recordsMax = 100_000;

/** The port's reference: records that end with this process. */
export function createMemoryLogins(clock: Pick<Clock, "now">): Logins {
  const records = createBoundedMap<string, LoginRecord>({ entriesMax: recordsMax });
  return {
    async isLive(id) {
      const found = records.get(id);
      return found !== undefined && found.until > clock.now();
    },
    async record(login) {
      records.set(login.id, login);
      return true;
    },
    async end(id) {
      records.delete(id);
      return true;
    },
    async endAllOf(owner) {
      for (const { id, owners } of records.values()) if (owners.includes(owner)) records.delete(id);
      return true;
    },
  };
}
