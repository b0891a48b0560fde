// The breaker's whole life under a clock that moves only here.
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/ground/runtime.ts";
import type { BreakerVerdict, Health } from "../../src/upstream/breaker.ts";
import { createBreaker } from "../../src/upstream/breaker.ts";

function scene() {
  let now = 1_000_000;
  const events: Event[] = [];
  const breaker = createBreaker({ clock: { now: () => now }, report: (event) => events.push(event) });
  const enter = () => {
    const verdict = breaker.enter();
    if (!verdict.pass) throw new Error(`refused for ${verdict.retryAfterSeconds} s`);
    return verdict.settle;
  };
  return {
    breaker,
    events,
    enter,
    advance: (ms: number) => {
      now += ms;
    },
    settle: (health: Health, times = 1) => {
      for (let call = 0; call < times; call += 1) enter()(health);
    },
  };
}

const refused = (retryAfterSeconds: number): BreakerVerdict => ({ pass: false, retryAfterSeconds });

describe("the breaker", () => {
  it("opens at the fifth failure in a row and names the seconds until a probe", () => {
    const { breaker, settle, events, advance } = scene();
    settle("unwell", 4);
    expect(breaker.enter().pass).toBe(true);
    settle("unwell");
    expect(breaker.enter()).toEqual(refused(10));
    advance(8_500);
    expect(breaker.enter()).toEqual(refused(2));
    expect(events).toEqual([{ type: "breaker.opened", forMs: 10_000 }]);
  });

  it("counts only failures in a row: one good answer starts over", () => {
    const { breaker, settle } = scene();
    settle("unwell", 4);
    settle("well");
    settle("unwell", 4);
    expect(breaker.enter().pass).toBe(true);
  });

  it("takes a call that taught nothing as neither good nor bad", () => {
    const { breaker, settle } = scene();
    settle("unwell", 4);
    settle("unknown", 10);
    settle("unwell");
    expect(breaker.enter()).toEqual(refused(10));
  });

  it("lets exactly one probe through after the pause, however many ask", () => {
    const { breaker, settle, advance } = scene();
    settle("unwell", 5);
    advance(10_000);
    const verdicts = Array.from({ length: 100 }, () => breaker.enter());
    expect(verdicts.filter((verdict) => verdict.pass)).toHaveLength(1);
    expect(verdicts.slice(1)).toEqual(Array.from({ length: 99 }, () => refused(1)));
  });

  it("closes when the probe comes back well, and forgets the failures", () => {
    const { breaker, settle, advance, events } = scene();
    settle("unwell", 5);
    advance(10_000);
    settle("well");
    settle("unwell", 4);
    expect(breaker.enter().pass).toBe(true);
    expect(events.map((event) => event.type)).toEqual(["breaker.opened", "breaker.closed"]);
  });

  it("doubles the pause with every failed probe up to a minute, and starts at ten seconds after a recovery", () => {
    const { settle, advance, events } = scene();
    settle("unwell", 5);
    for (const pauseMs of [10_000, 20_000, 40_000, 60_000]) {
      advance(pauseMs);
      settle("unwell");
    }
    advance(60_000);
    settle("well");
    settle("unwell", 5);
    expect(events.flatMap((event) => (event.type === "breaker.opened" ? [event.forMs] : []))).toEqual([
      10_000, 20_000, 40_000, 60_000, 60_000, 10_000,
    ]);
  });

  it("admits another probe at once when one taught nothing", () => {
    const { breaker, settle, advance } = scene();
    settle("unwell", 5);
    advance(10_000);
    settle("unknown");
    expect(breaker.enter().pass).toBe(true);
    expect(breaker.enter().pass).toBe(false);
  });

  it("gives up on a probe that never settles, and ignores it when it does", () => {
    const { breaker, enter, settle, advance } = scene();
    settle("unwell", 5);
    advance(10_000);
    const lost = enter();
    advance(9_999);
    expect(breaker.enter().pass).toBe(false);
    advance(1);
    const second = enter();
    lost("well");
    expect(breaker.enter().pass).toBe(false);
    second("well");
    expect(breaker.enter().pass).toBe(true);
  });

  it("ignores an answer from before it opened", () => {
    const { breaker, enter, settle, advance, events } = scene();
    const late = enter();
    const later = enter();
    settle("unwell", 5);
    late("well");
    expect(breaker.enter().pass).toBe(false);
    advance(10_000);
    settle("well");
    settle("unwell", 4);
    later("unwell");
    expect(breaker.enter().pass).toBe(true);
    expect(events).toHaveLength(2);
  });

  it("counts one call once, however often it settles", () => {
    const { breaker, enter } = scene();
    const settle = enter();
    for (let again = 0; again < 10; again += 1) settle("unwell");
    expect(breaker.enter().pass).toBe(true);
  });

  it("stays shut no longer than it was shut for when the clock is set back", () => {
    const { breaker, settle, advance } = scene();
    settle("unwell", 5);
    advance(-500_000);
    expect(breaker.enter()).toEqual(refused(10));
    advance(10_000);
    expect(breaker.enter().pass).toBe(true);
  });

  it("takes its three figures from options", () => {
    let now = 0;
    const breaker = createBreaker({
      clock: { now: () => now },
      report: () => {},
      failuresMax: 1,
      openMs: 1_000,
      openMsMax: 1_500,
    });
    const fail = () => {
      const verdict = breaker.enter();
      if (verdict.pass) verdict.settle("unwell");
    };
    fail();
    now += 1_000;
    fail();
    now += 1_499;
    expect(breaker.enter().pass).toBe(false);
    now += 1;
    expect(breaker.enter().pass).toBe(true);
  });
});
