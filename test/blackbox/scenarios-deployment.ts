// What an operator meets: a deployment that is ready, one that can't be configured, one whose token is refused.
import { expect, it } from "vitest";
import type { StartProduct } from "../support/product.ts";
import { ask, callCount, pagePath, withProduct } from "./steps.ts";

const dataPaths = ["/v1/apps/support/sessions", "/client/v4/accounts/_/realtime/kit/support/sessions"];

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

  it("answers every data route with misconfigured while settings are missing, and names all of them in the log", () =>
    withProduct(
      start,
      {
        CLOUDFLARE_API_TOKEN: undefined,
        CLOUDFLARE_ACCOUNT_ID: undefined,
        REALTIMEKIT_APPS: undefined,
        AUTH_MODE: undefined,
      },
      async (product) => {
        for (const path of dataPaths) {
          expect(await ask(product, path)).toMatchObject({ status: 500, code: "misconfigured" });
        }
        expect(await ask(product, "/healthz")).toMatchObject({ status: 200 });
        expect(await ask(product, "/readyz")).toMatchObject({ status: 503 });
        const log = product.logs().join("\n");
        for (const name of ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "REALTIMEKIT_APPS", "AUTH_MODE"]) {
          expect(log).toContain(`${name}: is required`);
        }
        expect(callCount(product)).toBe(0);
      },
    ));

  it("lists the reason for every unusable setting, and never a value", () =>
    withProduct(
      start,
      {
        CLOUDFLARE_API_TOKEN: "planted-one with-a-space-0123456789abcdef",
        CLOUDFLARE_ACCOUNT_ID: "planted-two",
        REALTIMEKIT_APPS: "planted three",
        AUTH_MODE: "planted-four",
        ALLOWED_ORIGINS: "https://planted-five.example/",
        UPSTREAM_BASE_URL: "https://planted-six.example/client/v4",
        FRESH_LIVE_SECONDS: "planted-7",
      },
      async (product) => {
        const seen = await ask(product, pagePath(2));
        expect(seen).toMatchObject({ status: 500, code: "misconfigured" });
        const log = product.logs().join("\n");
        const names = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "REALTIMEKIT_APPS", "AUTH_MODE"];
        for (const name of [...names, "ALLOWED_ORIGINS", "UPSTREAM_BASE_URL", "FRESH_LIVE_SECONDS"]) {
          expect(log).toContain(`${name}: `);
        }
        expect(log + seen.text).not.toContain("planted");
        expect(callCount(product)).toBe(0);
      },
    ));

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
