// What every record of logins must hold. Uses nothing but vitest and the web's own APIs, so that it runs wherever the adapter does.
import { describe, expect, it } from "vitest";
import type { Logins } from "../../src/login/logins.ts";

/** `make` gives one that may share its records with others; `now` is the time that it goes by. */
export type LoginsUnderTest = { make: () => Promise<Logins>; now: () => number };

const name = (what: string) => `${what}-${crypto.randomUUID()}`;

export function loginsContract(place: string, { make, now }: LoginsUnderTest): void {
  describe(`the record of logins in ${place}`, () => {
    const setUp = async () => {
      const logins = await make();
      const [person, browser] = [name("person"), name("browser")];
      const login = { id: name("login"), owners: [person, browser], until: now() + 600_000 };
      return { logins, person, browser, login };
    };

    it("knows a login from its beginning, and none that never began", async () => {
      const { logins, login } = await setUp();
      expect(await logins.isLive(login.id)).toBe(false);
      expect(await logins.record(login)).toBe(true);
      expect(await logins.isLive(login.id)).toBe(true);
      expect(await logins.isLive(name("other"))).toBe(false);
    });

    it("forgets a login that is ended, and no other", async () => {
      const { logins, login, person } = await setUp();
      const other = { ...login, id: name("login"), owners: [person] };
      await logins.record(login);
      await logins.record(other);
      expect(await logins.end(login.id)).toBe(true);
      expect(await logins.end(login.id)).toBe(true);
      expect(await logins.isLive(login.id)).toBe(false);
      expect(await logins.isLive(other.id)).toBe(true);
    });

    it("ends all that an owner has, and nobody else's", async () => {
      const { logins, login, person, browser } = await setUp();
      const elsewhere = { ...login, id: name("login"), owners: [person, name("browser")] };
      const foreign = { ...login, id: name("login"), owners: [name("person")] };
      for (const each of [login, elsewhere, foreign]) await logins.record(each);
      expect(await logins.endAllOf(browser)).toBe(true);
      expect(await Promise.all([login, elsewhere, foreign].map(({ id }) => logins.isLive(id)))).toEqual([
        false,
        true,
        true,
      ]);
      expect(await logins.endAllOf(person)).toBe(true);
      expect(await Promise.all([elsewhere, foreign].map(({ id }) => logins.isLive(id)))).toEqual([false, true]);
      expect(await logins.endAllOf(name("nobody"))).toBe(true);
    });

    it("counts a login that was over when it came for nothing", async () => {
      const { logins, login } = await setUp();
      await logins.record({ ...login, until: now() - 1 });
      expect(await logins.isLive(login.id)).toBe(false);
    });
  });
}
