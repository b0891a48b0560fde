// Is it alive, is it ready, and what does an error mean: routes for operators, and for whoever met a problem.
//
// Anybody may ask for readiness, and to find it out costs the store and the shield a call each, past every limit of the data
// routes. So what was found is said again for a second.
import type { Hono } from "hono";
import type { Clock } from "../ground/runtime.ts";
import type { AppEnv } from "./exchange.ts";
import { failureCodes, problemSlug, problemTable } from "./problem-table.ts";

/** What each part said; `ready` is the sum. Never the result of an upstream call. */
export type Readiness = { ready: boolean; checks: Readonly<Record<string, "ok" | "degraded" | "failed">> };

export const operationPaths = { health: "/healthz", readiness: "/readyz", problem: "/problems/:code" } as const;

const json = { "content-type": "application/json" };

const readinessMs = 1_000;

export function addHealthRoutes(
  app: Hono<AppEnv>,
  { readiness, clock }: { readiness: () => Promise<Readiness>; clock: Pick<Clock, "now"> },
): void {
  let known: { readiness: Readiness; at: number } | undefined;

  async function recentReadiness(): Promise<Readiness> {
    const now = clock.now();
    if (known && Math.abs(now - known.at) < readinessMs) return known.readiness;
    // While one asks, the others are told what was known: requests may share plain data here, but no promise.
    if (known) known = { ...known, at: now };
    const found = await readiness();
    known = { readiness: found, at: clock.now() };
    return found;
  }

  app.get(operationPaths.health, (c) => c.get("exchange").answer(200, JSON.stringify({ status: "alive" }), json));

  app.get(operationPaths.readiness, async (c) => {
    const { ready, checks } = await recentReadiness();
    const body = JSON.stringify({ status: ready ? "ready" : "not_ready", checks });
    return c.get("exchange").answer(ready ? 200 : 503, body, json);
  });
}

export function addProblemRoutes(app: Hono<AppEnv>): void {
  const explanations = new Map(
    failureCodes.flatMap((code) => {
      const { status, title, detail, advice } = problemTable[code];
      const explanation = JSON.stringify({
        type: `/problems/${problemSlug(code)}`,
        code,
        status,
        title,
        detail,
        advice,
      });
      // As the type of a problem spells it, and as its code does.
      return [problemSlug(code), code].map((name): [string, string] => [name, explanation]);
    }),
  );

  app.get(operationPaths.problem, (c) => {
    const body = explanations.get(c.req.param("code"));
    const exchange = c.get("exchange");
    return body === undefined ? exchange.refuse({ code: "not_found" }) : exchange.answer(200, body, json);
  });
}
