// What an operator meets: a deployment that is ready, and one whose token is refused.
import { expect, it } from "vitest";
import * as z from "zod";
import type { StartProduct } from "../support/product.ts";
import { eventually } from "../support/redis-server.ts";
import { ask, callCount, pagePath, withProduct } from "./steps.ts";

export function deploymentScenarios(start: StartProduct): void {
  it("is alive and ready without a call, and shows a visitor the dashboard", () =>
    withProduct(start, {}, async (product) => {
      expect(await ask(product, "/healthz")).toMatchObject({ status: 200, text: '{"status":"alive"}' });
      const ready = await ask(product, "/readyz");
      expect(ready.status).toBe(200);
      expect(JSON.parse(ready.text)).toMatchObject({ status: "ready" });
      for (const path of ["/", "/elements.js", "/docs", "/docs/init.js", "/openapi.json", "/openapi-3.0.json"]) {
        expect(await ask(product, path)).toMatchObject({ status: 200 });
      }
      expect(callCount(product)).toBe(0);
    }));

  it("tells readers 502 and the operator's log the reason when the upstream refuses its token", () =>
    withProduct(
      start,
      {},
      async (product) => {
        for (const path of [pagePath(2), pagePath(3)]) {
          const seen = await ask(product, path);
          expect(seen).toMatchObject({ status: 502, code: "upstream_unauthorized", shouldRetry: "false" });
        }
        expect(product.logs().join("\n")).toContain('"upstream.unauthorized"');
        expect(product.simulator.state().last).toMatchObject({ tokenMatches: false });
      },
      { simulator: { token: "another-token-than-the-one-it-is-given-0000" } },
    ));

  it("says in every line when and how bad, and in those of a load which app and which request it is of", () =>
    withProduct(start, {}, async (product) => {
      product.simulator.setFaults([{ kind: "error", status: 500 }]);
      const answer = await product.fetch(pagePath(2));
      expect(answer.status).toBe(502);
      const requestId = answer.headers.get("x-request-id");
      const parsed = () => product.logs().map((line) => Line.safeParse(tryJson(line)).data);
      const ofTheLoad = () => parsed().filter((line) => line?.event?.type === "upstream.failed");
      await eventually("the load is in the log", () => ofTheLoad().length > 0);
      expect(ofTheLoad()[0]).toMatchObject({ level: "warn", app: "support", request_id: requestId });
      const ofTheRequest = () => parsed().filter((line) => line?.kind === "request");
      await eventually("the request is in the log", () => ofTheRequest().length > 0);
      expect(ofTheRequest()[0]).toMatchObject({ app: "support", request_id: requestId, status: 502 });
    }));

  it("says which limit refused a client", () =>
    withProduct(start, { CLIENT_REQUESTS_PER_MINUTE: "1" }, async (product) => {
      for (let count = 0; count < 3; count += 1) await product.fetch(pagePath(1));
      await eventually("it is in the log", () =>
        product.logs().some((line) => line.includes('"limit":"requests","method"')),
      );
    }));
}

const Line = z.object({
  time: z.iso.datetime({ precision: 3 }),
  level: z.enum(["debug", "info", "warn", "error"]),
  kind: z.enum(["request", "event", "counts"]),
  app: z.string().optional(),
  request_id: z.string().optional(),
  status: z.number().optional(),
  event: z.object({ type: z.string() }).optional(),
});

/** What the platform writes beside our lines is none of ours. */
function tryJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
