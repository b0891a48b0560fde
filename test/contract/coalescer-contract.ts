// What every coalescer must hold. Values are plain text, so that an adapter may send them over a wire.
import { describe, expect, it } from "vitest";
import type { Coalescer } from "../../src/cache/coalescer.ts";

let nextKey = 0;
const newKey = () => `contract-${nextKey++}-${crypto.randomUUID()}`;

/** `makeCoalescer` may give coalescers that share their keys. `callersMax` may be lowered for one that talks over a socket. */
export function coalescerContract(
  name: string,
  makeCoalescer: () => Promise<Coalescer<string>>,
  { callersMax = 10_000 }: { callersMax?: number } = {},
): void {
  /** Work that waits for `end`, and counts how often it was begun. */
  const heldWork = () => {
    let end: (value: string) => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    const gate = new Promise<string>((resolve, reject) => {
      end = resolve;
      fail = reject;
    });
    // A coalescer may call `work` only after a round trip; until then nobody else looks at a rejection.
    gate.catch(() => undefined);
    const held = {
      begun: 0,
      work: () => {
        held.begun += 1;
        return gate;
      },
      end: (value: string) => end(value),
      fail: (error: Error) => fail(error),
    };
    return held;
  };

  describe(`${name} as a coalescer`, () => {
    it.each([1, 10, 100, 1_000, 10_000])(
      "runs one work for %i callers and gives all of them its value",
      async (callers) => {
        const coalescer = await makeCoalescer();
        const [key, held] = [newKey(), heldWork()];
        const runs = Array.from({ length: Math.min(callers, callersMax) }, () => coalescer.run(key, held.work));
        held.end("value");
        const outcomes = await Promise.all(runs);
        expect(held.begun).toBe(1);
        expect(outcomes.every(({ value }) => value === "value")).toBe(true);
        expect(outcomes.filter(({ role }) => role === "leader")).toHaveLength(1);
      },
    );

    it("shares a rejection with all callers, and runs anew after it", async () => {
      const coalescer = await makeCoalescer();
      const [key, held] = [newKey(), heldWork()];
      const runs = [1, 2, 3].map(() => coalescer.run(key, held.work));
      held.fail(new Error("broken"));
      const outcomes = await Promise.allSettled(runs);
      expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
      expect(held.begun).toBe(1);
      expect(await coalescer.run(key, async () => "value")).toEqual({ value: "value", role: "leader" });
    });

    it("frees the key also when work throws before it returns a promise", async () => {
      const coalescer = await makeCoalescer();
      const key = newKey();
      const throwing = (): Promise<string> => {
        throw new Error("broken");
      };
      await expect(coalescer.run(key, throwing)).rejects.toThrow("broken");
      expect(await coalescer.run(key, async () => "value")).toEqual({ value: "value", role: "leader" });
    });

    it("runs anew once the work before has ended", async () => {
      const coalescer = await makeCoalescer();
      const key = newKey();
      expect(await coalescer.run(key, async () => "first")).toEqual({ value: "first", role: "leader" });
      expect(await coalescer.run(key, async () => "second")).toEqual({ value: "second", role: "leader" });
    });

    it("does not hand a follower that comes back the outcome it just had", async () => {
      const coalescer = await makeCoalescer();
      const [key, held] = [newKey(), heldWork()];
      const leader = coalescer.run(key, held.work);
      const again = coalescer.run(key, held.work).then(() => coalescer.run(key, async () => "second"));
      held.end("first");
      expect([(await leader).value, (await again).value]).toEqual(["first", "second"]);
    });

    it("keeps keys apart", async () => {
      const coalescer = await makeCoalescer();
      const [slow, key] = [heldWork(), newKey()];
      const waiting = coalescer.run(key, slow.work);
      expect(await coalescer.run(newKey(), async () => "other")).toEqual({ value: "other", role: "leader" });
      slow.end("slow");
      expect((await waiting).value).toBe("slow");
    });

    it("lets work of one key run work of another", async () => {
      const coalescer = await makeCoalescer();
      const inner = newKey();
      const { value } = await coalescer.run(
        newKey(),
        async () => (await coalescer.run(inner, async () => "inner")).value,
      );
      expect(value).toBe("inner");
    });

    it("lets the work end although its leader has stopped waiting", async () => {
      const coalescer = await makeCoalescer();
      const [key, held] = [newKey(), heldWork()];
      void coalescer.run(key, held.work);
      const follower = coalescer.run(key, held.work);
      held.end("value");
      expect((await follower).value).toBe("value");
      expect(held.begun).toBe(1);
    });
  });
}
