// Which of the set faults apply to a call. `times` counts down per fault, `share` is a draw that depends on the seed and the
// number of the call alone, so that a run can be repeated. Of several faults of one kind the first that applies is taken and
// the others wait, so that a sequence of errors can be written down; only `rows` faults add up.
import { streamOf } from "./chance.ts";
import { type Fault, type FaultKind, type FaultOf, parseFaults } from "./faults.ts";
import { isOfApi, type Route } from "./routes.ts";
import { isDeliveryKind } from "./webhook-faults.ts";

/** The faults of one call. Asking for a kind gives the first of that kind, if any. */
export type ActiveFaults = {
  one<Kind extends FaultKind>(kind: Kind): FaultOf<Kind> | undefined;
  all(): readonly Fault[];
};

export type FaultPlan = {
  /** Replaces the set. Throws a `CheckError` and changes nothing when it does not pass validation. */
  replace(faults: unknown): void;
  /** The set in force; `times` is what is left of it. Spent faults are gone. */
  current(): readonly Fault[];
  /** Chooses for call number `call` of a route; `target` is its raw path and query, of a delivery its event and address. Counts `times` down. */
  choose(call: number, target: string, route: Route): ActiveFaults;
};

export const noFaults: ActiveFaults = { one: () => undefined, all: () => [] };

/** An empty plan. `seed` decides the draws of `share`. */
export function createFaultPlan(seed: number): FaultPlan {
  let slots: { fault: Fault; left: number }[] = [];

  return {
    replace(faults) {
      slots = parseFaults(faults).map((fault) => ({ fault, left: fault.times ?? Infinity }));
    },
    current: () =>
      slots
        .filter(({ left }) => left > 0)
        .map(({ fault, left }) => (left === Infinity ? fault : { ...fault, times: left })),
    choose(call, target, called) {
      if (slots.length === 0) return noFaults;
      const active: Fault[] = [];
      slots.forEach((slot, place) => {
        const { match, share, kind } = slot.fault;
        const route = slot.fault.route ?? (isDeliveryKind(kind) ? "delivery" : undefined);
        if (slot.left <= 0) return;
        if (route === undefined ? !isOfApi(called) : called !== route) return;
        if (kind !== "rows" && active.some((fault) => fault.kind === kind)) return;
        if (match !== undefined && !target.includes(match)) return;
        if (share !== undefined && streamOf(seed, "share", call, place)() >= share) return;
        slot.left -= 1;
        active.push(slot.fault);
      });
      return {
        one: (kind) => firstOf(active, kind),
        all: () => active,
      };
    },
  };
}

/** The one cast: a fault with this `kind` is a fault of this kind. */
function firstOf<Kind extends FaultKind>(faults: readonly Fault[], kind: Kind): FaultOf<Kind> | undefined {
  return faults.find((fault) => fault.kind === kind) as FaultOf<Kind> | undefined;
}
