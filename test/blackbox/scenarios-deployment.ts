// What an operator meets: a deployment that is ready, and one whose token is refused.
import { expect, it } from "vitest";
import type { StartProduct } from "../support/product.ts";
import { ask, callCount, pagePath, withProduct } from "./steps.ts";

export function deploymentScenarios(start: StartProduct): void {
  it("is alive and ready without a call, and sends a visitor to the documentation", () =>
    withProduct(start, {}, async (product) => {
      expect(await ask(product, "/healthz")).toMatchObject({ status: 200, text: '{"status":"alive"}' });
      const ready = await ask(product, "/readyz");
      expect(ready.status).toBe(200);
      expect(JSON.parse(ready.text)).toMatchObject({ status: "ready" });
      const root = await product.fetch("/");
      expect({ status: root.status, location: root.headers.get("location") }).toEqual({
        status: 302,
        location: "/docs",
      });
      for (const path of ["/docs", "/docs/init.js", "/openapi.json", "/openapi-3.0.json"]) {
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
}
