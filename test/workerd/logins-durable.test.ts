// The record of logins in a real Durable Object: the contract, and what it remembers when the object is gone.
import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { createDurableLogins } from "../../src/login/logins-durable.ts";
import type { Logins } from "../../src/login/logins.ts";
import { loginsContract } from "../contract/logins-contract.ts";
import { makeObject } from "./durable-object.ts";
import type { TestObject } from "./durable-object.ts";

const clock = { now: () => Date.now() };

async function loginsIn({ inside }: TestObject): Promise<Logins> {
  const logins = await inside((storage) => createDurableLogins(storage, { clock }));
  return {
    isLive: (id) => inside(() => logins.isLive(id)),
    record: (login) => inside(() => logins.record(login)),
    end: (id) => inside(() => logins.end(id)),
    endAllOf: (owner) => inside(() => logins.endAllOf(owner)),
  };
}

loginsContract("a Durable Object", { make: () => loginsIn(makeObject()), now: clock.now });

it("an evicted object forgets no login", async () => {
  const object = makeObject();
  const before = await loginsIn(object);
  await before.record({ id: "one", owners: ["person"], until: clock.now() + 600_000 });
  await before.record({ id: "two", owners: ["person"], until: clock.now() + 600_000 });
  await before.end("one");
  await evictDurableObject(object.stub);
  const after = await loginsIn(object);
  expect(await after.isLive("one")).toBe(false);
  expect(await after.isLive("two")).toBe(true);
});
