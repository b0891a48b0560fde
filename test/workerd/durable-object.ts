// A Durable Object of its own for every test, and work done inside it. Each `inside` is a request of its own to the object, as calls
// from several readers are.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

export type TestObject = {
  stub: ReturnType<typeof env.SHIELD.getByName>;
  inside<Value>(work: (storage: DurableObjectStorage) => Value | Promise<Value>): Promise<Value>;
};

let made = 0;

export function makeObject(): TestObject {
  made += 1;
  const stub = env.SHIELD.getByName(`object-${made}-${crypto.randomUUID()}`);
  return { stub, inside: (work) => runInDurableObject(stub, (_instance, state) => work(state.storage)) };
}
