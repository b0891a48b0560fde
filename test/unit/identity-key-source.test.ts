// Keys that are fetched: when, how often, for how long they hold, and what becomes of requests in the meantime.
import { describe, expect, it } from "vitest";
import { createFetchedKeys } from "../../src/identity/key-source.ts";
import type { KeyQuestion } from "../../src/identity/key-source.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { createTestClock } from "../support/clock.ts";
import { createIssuer, jwksUrl } from "../support/identity-rig.ts";
import { pairOf } from "../support/tokens.ts";

const minutes = 60_000;
const hours = 60 * minutes;

const one = { ...pairOf("p256").jwk, kid: "one" };
const two = { ...pairOf("p256", "second").jwk, kid: "two" };
const rsa = { ...pairOf("rsa").jwk, kid: "rsa", alg: "RS256" };

function scene() {
  const clock = createTestClock();
  const issuer = createIssuer(clock);
  const keys = createFetchedKeys(jwksUrl, { fetch: issuer.fetch, clock });
  const events: Event[] = [];
  const work: Promise<unknown>[] = [];
  const context = {
    report: (event: Event) => void events.push(event),
    defer: (promise: Promise<unknown>) => void work.push(promise),
  };
  const find = (kid: string | undefined, algorithm: KeyQuestion["algorithm"] = "ES256") =>
    keys.find({ kid, algorithm }, context);
  /** Names of the keys found, or what was said in their place. */
  const named = async (kid: string | undefined, algorithm?: KeyQuestion["algorithm"]) => {
    const answer = await find(kid, algorithm);
    if (answer.state === "found") return answer.keys.map((key) => key.kid);
    return answer.state === "refused" ? answer.reason : `retry after ${answer.retryAfterSeconds}`;
  };
  return { clock, issuer, keys, events, work, context, find, named };
}

describe("the first question", () => {
  it("fetches once, without following a redirect, and is answered from that for ten minutes", async () => {
    const { clock, issuer, events, named } = scene();
    issuer.publish(one, two);
    expect(await named("one")).toEqual(["one"]);
    expect(issuer.asked).toHaveLength(1);
    const { url, init } = issuer.asked[0] ?? { url: "", init: {} };
    expect(url).toBe(jwksUrl);
    expect(init).toMatchObject({ method: "GET", redirect: "manual" });
    expect(init.headers).toEqual({ accept: "application/json", "user-agent": "realtimekit-bff" });
    await clock.advance(10 * minutes - 1);
    expect(await named("two")).toEqual(["two"]);
    expect(issuer.asked).toHaveLength(1);
    expect(events).toEqual([{ type: "identity.keysFetched", count: 2 }]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("asked a thousand times at once costs one fetch, and everybody gets the keys", async () => {
    const { clock, issuer, named } = scene();
    issuer.answer(async () => {
      await new Promise<void>((resolve) => void clock.timer(130, resolve));
      return new Response(JSON.stringify({ keys: [one] }));
    });
    const all = Promise.all(Array.from({ length: 1_000 }, () => named("one")));
    await clock.advance(150);
    expect(new Set((await all).map(String))).toEqual(new Set(["one"]));
    expect(issuer.asked).toHaveLength(1);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("shares no promise: those who wait look again by timers of their own", async () => {
    const { clock, issuer, named } = scene();
    issuer.answer(async () => {
      await new Promise<void>((resolve) => void clock.timer(50, resolve));
      return new Response(JSON.stringify({ keys: [one] }));
    });
    const first = named("one");
    await clock.settle();
    const timersOfOne = clock.pendingTimers();
    const others = [named("one"), named("one")];
    await clock.settle();
    expect(clock.pendingTimers()).toBe(timersOfOne + 2);
    await clock.advance(60);
    expect(await Promise.all([first, ...others])).toEqual([["one"], ["one"], ["one"]]);
  });

  it("left by a request that died is taken up by another after three seconds", async () => {
    const clock = createTestClock();
    const issuer = createIssuer(clock);
    issuer.hang();
    /** The platform ended the request: none of its timers fires any more. */
    const deadClock = { now: clock.now, timer: () => () => {} };
    let isDead = true;
    const lent = {
      now: clock.now,
      timer: (delayMs: number, wake: () => void) => (isDead ? deadClock.timer() : clock.timer(delayMs, wake)),
    };
    const keys = createFetchedKeys(jwksUrl, { fetch: issuer.fetch, clock: lent });
    const context = { report: () => {}, defer: () => {} };
    void keys.find({ kid: "one", algorithm: "ES256" }, context);
    await clock.settle();
    isDead = false;
    const waiting = keys.find({ kid: "one", algorithm: "ES256" }, context);
    await clock.advance(3_200);
    expect(await waiting).toEqual({ state: "unavailable", retryAfterSeconds: 1 });
    issuer.publish(one);
    expect(await keys.find({ kid: "one", algorithm: "ES256" }, context)).toMatchObject({ state: "found" });
    expect(issuer.asked).toHaveLength(2);
  });
});

describe("a refresh", () => {
  it("is due after ten minutes, runs after the answer, and is one for all who ask", async () => {
    const { clock, issuer, work, keys, context, find, named } = scene();
    issuer.publish(one);
    const first = await find("one");
    const key = first.state === "found" ? first.keys[0] : undefined;
    if (!key) throw new Error("no key");
    expect(keys.holds(key)).toBe(true);
    await clock.advance(10 * minutes);
    expect(keys.holds(key)).toBe(false);
    issuer.hang();
    void keys.refresh(context);
    expect(keys.holds(key)).toBe(true);
    for (const names of await Promise.all(Array.from({ length: 50 }, () => named("one"))))
      expect(names).toEqual(["one"]);
    expect(issuer.asked).toHaveLength(2);
    expect(work).toHaveLength(2);
    await clock.advance(3_000);
    await Promise.all(work);
  });

  it("keeps the keys that stay as the same objects, and drops those that are gone or replaced", async () => {
    const { clock, issuer, work, keys, find } = scene();
    issuer.publish(one, two);
    const before = [await find("one"), await find("two")].map((answer) =>
      answer.state === "found" ? answer.keys[0] : undefined,
    );
    await clock.advance(10 * minutes);
    issuer.publish(one, { ...pairOf("p256", "third").jwk, kid: "two" });
    await find("one");
    await Promise.all(work);
    const after = [await find("one"), await find("two")].map((answer) =>
      answer.state === "found" ? answer.keys[0] : undefined,
    );
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(before.map((key) => key && keys.holds(key))).toEqual([true, false]);
  });

  it("that fails is tried again after 30 s, not before, while the old keys go on being used", async () => {
    const { clock, issuer, events, work, named } = scene();
    issuer.publish(one);
    await named("one");
    await clock.advance(10 * minutes);
    issuer.down();
    const askedAt: number[] = [];
    for (let second = 0; second < 90; second += 1) {
      expect(await named("one")).toEqual(["one"]);
      await Promise.all(work);
      if (issuer.asked.length > askedAt.length + 1) askedAt.push(second);
      await clock.advance(1_000);
    }
    expect(askedAt).toEqual([0, 30, 60]);
    expect(events.filter(({ type }) => type === "identity.keysFailed")).toHaveLength(3);
  });

  it("is waited for once the set is twenty minutes old, by everybody, so that a key taken back is not used", async () => {
    const { clock, issuer, keys, context, find, named } = scene();
    issuer.publish(one);
    const first = await find("one");
    const key = first.state === "found" ? first.keys[0] : undefined;
    if (!key) throw new Error("no key");
    await clock.advance(20 * minutes);
    issuer.answer(async () => {
      await new Promise<void>((resolve) => void clock.timer(130, resolve));
      return new Response(JSON.stringify({ keys: [two] }));
    });
    const all = Promise.all([...Array.from({ length: 50 }, () => named("one")), named("two")]);
    const refreshed = keys.refresh(context);
    await clock.settle();
    expect(keys.holds(key)).toBe(false);
    await clock.advance(150);
    await refreshed;
    expect(keys.holds(key)).toBe(false);
    expect((await all).map(String)).toEqual([...Array<string>(50).fill("unknown_key"), "two"]);
    expect(issuer.asked).toHaveLength(2);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("a millisecond before that is still waited for by nobody", async () => {
    const { clock, issuer, work, named } = scene();
    issuer.publish(one);
    await named("one");
    await clock.advance(20 * minutes - 1);
    issuer.hang();
    expect(await named("one")).toEqual(["one"]);
    await clock.advance(3_000);
    await Promise.all(work);
  });

  it("that is waited for and fails gives way to the kept keys after three seconds, and to nobody's wait for 30 s", async () => {
    const { clock, issuer, keys, find, named } = scene();
    issuer.publish(one);
    const first = await find("one");
    const key = first.state === "found" ? first.keys[0] : undefined;
    if (!key) throw new Error("no key");
    await clock.advance(20 * minutes);
    issuer.hang();
    let answered = 0;
    const waiting = Array.from({ length: 20 }, async () => {
      const names = await named("one");
      answered += 1;
      return names;
    });
    await clock.advance(2_990);
    expect([answered, keys.holds(key)]).toEqual([0, false]);
    await clock.advance(30);
    expect([answered, keys.holds(key)]).toEqual([20, true]);
    for (const names of await Promise.all(waiting)) expect(names).toEqual(["one"]);
    await clock.advance(29_900);
    expect(await named("one")).toEqual(["one"]);
    expect(keys.holds(key)).toBe(true);
    expect(issuer.asked).toHaveLength(2);
    await clock.advance(100);
    expect(keys.holds(key)).toBe(false);
  });

  it("that is waited for and died with its request is taken up by whoever waits", async () => {
    const clock = createTestClock();
    const issuer = createIssuer(clock);
    let isDead = false;
    const lent = {
      now: clock.now,
      timer: (delayMs: number, wake: () => void) => (isDead ? () => {} : clock.timer(delayMs, wake)),
    };
    const keys = createFetchedKeys(jwksUrl, { fetch: issuer.fetch, clock: lent });
    const context = { report: () => {}, defer: () => {} };
    const question: KeyQuestion = { kid: "one", algorithm: "ES256" };
    issuer.publish(one);
    await keys.find(question, context);
    await clock.advance(20 * minutes);
    issuer.hang();
    isDead = true;
    void keys.find(question, context);
    await clock.settle();
    isDead = false;
    issuer.publish(two);
    const waiting = Array.from({ length: 3 }, () => keys.find(question, context));
    await clock.advance(3_200);
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ state: "refused" });
    expect(issuer.asked).toHaveLength(3);
  });

  it("comes early when a clock is set back, and no period gets longer by that", async () => {
    const clock = createTestClock();
    let offset = 0;
    const lent = { now: () => clock.now() + offset, timer: clock.timer };
    const issuer = createIssuer(clock);
    issuer.publish(one);
    const keys = createFetchedKeys(jwksUrl, { fetch: issuer.fetch, clock: lent });
    const work: Promise<unknown>[] = [];
    const context = { report: () => {}, defer: (promise: Promise<unknown>) => void work.push(promise) };
    await keys.find({ kid: "one", algorithm: "ES256" }, context);
    offset = -2 * hours;
    expect(await keys.find({ kid: "one", algorithm: "ES256" }, context)).toMatchObject({ state: "found" });
    await Promise.all(work);
    expect(issuer.asked).toHaveLength(2);
    expect(await keys.find({ kid: "one", algorithm: "ES256" }, context)).toMatchObject({ state: "found" });
    expect(issuer.asked).toHaveLength(2);
  });
});

describe("a token", () => {
  it("that names a key gets that one, where it fits the algorithm", async () => {
    const { issuer, named } = scene();
    issuer.publish(one, two, rsa);
    expect(await named("rsa", "RS256")).toEqual(["rsa"]);
    expect(await named("rsa", "PS256")).toBe("unfit_key");
    expect(await named("rsa", "ES256")).toBe("unfit_key");
    expect(await named("one", "RS256")).toBe("unfit_key");
    expect(issuer.asked).toHaveLength(1);
  });

  it("that names none gets those that fit its algorithm, four at most, and causes no fetch", async () => {
    const { issuer, named } = scene();
    issuer.publish(rsa, one, two);
    expect(await named(undefined, "RS256")).toEqual(["rsa"]);
    expect(await named(undefined, "ES256")).toEqual(["one", "two"]);
    expect(await named(undefined, "EdDSA")).toBe("unfit_key");
    expect(issuer.asked).toHaveLength(1);
    const many = scene();
    many.issuer.publish(...["a", "b", "c", "d", "e", "f"].map((name) => ({ ...pairOf("p256", name).jwk, kid: name })));
    expect(await many.named(undefined)).toEqual(["a", "b", "c", "d"]);
  });
});

describe("a key nobody knows", () => {
  it("causes one fetch in 30 s, whoever names it", async () => {
    const { clock, issuer, named } = scene();
    issuer.publish(one);
    await named("one");
    expect(await named("ghost")).toBe("unknown_key");
    expect(issuer.asked).toHaveLength(2);
    for (let second = 0; second < 29; second += 1) {
      await clock.advance(1_000);
      expect(await named("ghost")).toBe("unknown_key");
    }
    expect(issuer.asked).toHaveLength(2);
    await clock.advance(1_000);
    await named("ghost");
    expect(issuer.asked).toHaveLength(3);
  });

  it("is found as soon as the issuer has it, and both keys hold in the overlap", async () => {
    const { clock, issuer, named } = scene();
    issuer.publish(one);
    await named("one");
    await clock.advance(5_000);
    issuer.publish(one, two);
    expect(await named("two")).toEqual(["two"]);
    expect(await named("one")).toEqual(["one"]);
    expect(issuer.asked).toHaveLength(2);
  });

  it("asked for first of all does not cost a second fetch", async () => {
    const { issuer, named } = scene();
    issuer.publish(one);
    expect(await named("ghost")).toBe("unknown_key");
    expect(issuer.asked).toHaveLength(1);
  });

  it("can't be told from a new one while the issuer is down, so nothing is said of it", async () => {
    const { clock, issuer, named } = scene();
    issuer.publish(one);
    await named("one");
    issuer.down();
    expect(await named("two")).toBe("retry after 30");
    await clock.advance(10_500);
    expect(await named("three")).toBe("retry after 20");
    expect(await named("one")).toEqual(["one"]);
    expect(issuer.asked).toHaveLength(2);
    await clock.advance(19_500);
    issuer.publish(one, two);
    expect(await named("two")).toEqual(["two"]);
  });

  it("is not asked for while a failed refresh cools down", async () => {
    const { clock, issuer, work, named } = scene();
    issuer.publish(one);
    await named("one");
    await clock.advance(10 * minutes);
    issuer.down();
    await named("one");
    await Promise.all(work);
    await clock.advance(1_000);
    expect(await named("two")).toBe("retry after 29");
    expect(issuer.asked).toHaveLength(2);
  });

  it("is found as soon as half a minute after it was asked for too early", async () => {
    const { clock, issuer, named } = scene();
    issuer.publish(one);
    await named("one");
    expect(await named("two")).toBe("unknown_key");
    issuer.publish(one, two);
    await clock.advance(29_999);
    expect(await named("two")).toBe("unknown_key");
    await clock.advance(1);
    expect(await named("two")).toEqual(["two"]);
    expect(issuer.asked).toHaveLength(3);
  });

  it("is remembered with a thousand others, the oldest forgotten first", async () => {
    const { clock, issuer, named } = scene();
    issuer.publish(one);
    const names = Array.from({ length: 1_001 }, (_, number) => `ghost-${number}`);
    const all = Promise.all(names.map((name) => named(name)));
    await clock.advance(100);
    expect(new Set(await all)).toEqual(new Set(["unknown_key"]));
    for (const name of names.slice(1)) await named(name);
    expect(issuer.asked).toHaveLength(1);
    await named("ghost-0");
    expect(issuer.asked).toHaveLength(2);
  });

  it("asked for by many at once costs one fetch, and all of them learn what it says", async () => {
    const { clock, issuer, named } = scene();
    issuer.publish(one);
    await named("one");
    issuer.answer(async () => {
      await new Promise<void>((resolve) => void clock.timer(100, resolve));
      return new Response(JSON.stringify({ keys: [one, two] }));
    });
    const all = Promise.all([...Array.from({ length: 20 }, () => named("two")), named("ghost")]);
    await clock.advance(150);
    expect((await all).map(String)).toEqual([...Array<string>(20).fill("two"), "unknown_key"]);
    expect(issuer.asked).toHaveLength(2);
  });
});
