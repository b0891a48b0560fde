// Leaves an unwell upstream alone: after a few failures in a row nothing is sent for a while, then one probe at a time.
//
// It lives in the process that sends (the shield, or one Node process) and is not persisted: a restart costs at most
// `failuresMax` calls. Every admitted call carries the state it was admitted under, so an answer that arrives after the
// state has moved on decides nothing.
import type { Clock, Event, Report } from "../ground/runtime.ts";

/**
 * What a call taught about the upstream. `well`: it answered sensibly enough to be alive (a 404, 429 or malformed
 * page included); `unwell`: network, time-out, 408, 5xx, or our token refused (hammering with a bad token causes lock-outs);
 * `unknown`: the call ended for a reason of our own.
 */
export type Health = "well" | "unwell" | "unknown";

export type BreakerVerdict =
  | {
      pass: true;
      /** Must be called once the call is over; later calls change nothing. */
      settle(health: Health): void;
    }
  | { pass: false; retryAfterSeconds: number };

export type Breaker = { enter(): BreakerVerdict };

type State =
  | { readonly tag: "closed"; readonly failures: number; readonly era: number }
  | { readonly tag: "open"; readonly forMs: number; readonly until: number }
  | { readonly tag: "half-open"; readonly forMs: number; readonly probe: Probe | null };

/** A probe that never settles gives way to another after `until`. */
type Probe = { readonly until: number };

export type BreakerOptions = {
  clock: Pick<Clock, "now">;
  report: Report;
  /** Failures in a row that open it. Default 5. */
  failuresMax?: number;
  /** How long it stays open the first time, in milliseconds. Default 10,000; doubles with every failed probe. */
  openMs?: number;
  /** Default 60,000. */
  openMsMax?: number;
};

/** `report` is told which app an event is about. */
export type BreakersOptions = Omit<BreakerOptions, "report"> & { report: (event: Event, appId: string) => void };

/**
 * A breaker for each app, and in it one for questions that nobody has a page of and one for pages in use. A question made
 * to fail, or one app that the token may not read, so closes the door on its like and on nobody else.
 */
export function createBreakers(options: BreakersOptions): (appId: string, isInUse: boolean) => Breaker {
  const breakers = new Map<string, Breaker>();
  return (appId, isInUse) => {
    const name = `${isInUse ? "use" : "new"} ${appId}`;
    const breaker =
      breakers.get(name) ?? createBreaker({ ...options, report: (event) => options.report(event, appId) });
    breakers.set(name, breaker);
    return breaker;
  };
}

export function createBreaker(options: BreakerOptions): Breaker {
  const { clock, report, failuresMax = 5, openMs = 10_000, openMsMax = 60_000 } = options;
  let eras = 0;
  let state: State = { tag: "closed", failures: 0, era: eras };

  const open = (forMs: number) => {
    state = { tag: "open", forMs, until: clock.now() + forMs };
    report({ type: "breaker.opened", forMs });
  };

  const settleClosed = (era: number, health: Health) => {
    if (state.tag !== "closed" || state.era !== era || health === "unknown") return;
    if (health === "well") state = { tag: "closed", failures: 0, era };
    else if (state.failures + 1 >= failuresMax) open(openMs);
    else state = { tag: "closed", failures: state.failures + 1, era };
  };

  const settleProbe = (probe: Probe, health: Health) => {
    if (state.tag !== "half-open" || state.probe !== probe) return;
    switch (health) {
      case "unknown":
        state = { tag: "half-open", forMs: state.forMs, probe: null };
        return;
      case "unwell":
        open(Math.min(openMsMax, state.forMs * 2));
        return;
      case "well":
        eras += 1;
        state = { tag: "closed", failures: 0, era: eras };
        report({ type: "breaker.closed" });
    }
  };

  const passProbe = (forMs: number): BreakerVerdict => {
    const probe: Probe = { until: clock.now() + forMs };
    state = { tag: "half-open", forMs, probe };
    return { pass: true, settle: once((health) => settleProbe(probe, health)) };
  };

  return {
    enter() {
      const now = clock.now();
      switch (state.tag) {
        case "closed": {
          const { era } = state;
          return { pass: true, settle: once((health) => settleClosed(era, health)) };
        }
        case "open":
          if (now >= state.until) return passProbe(state.forMs);
          // A clock set back must not keep it open for longer than it was opened for.
          state = { ...state, until: Math.min(state.until, now + state.forMs) };
          return { pass: false, retryAfterSeconds: Math.max(1, Math.ceil((state.until - now) / 1000)) };
        case "half-open":
          if (state.probe === null || now >= state.probe.until) return passProbe(state.forMs);
          // How the probe ends is not known; it usually ends within a second.
          return { pass: false, retryAfterSeconds: 1 };
      }
    },
  };
}

function once(settle: (health: Health) => void): (health: Health) => void {
  let isSettled = false;
  return (health) => {
    if (isSettled) return;
    isSettled = true;
    settle(health);
  };
}
