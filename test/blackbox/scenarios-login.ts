// People log in at a real OpenID provider, and out again. Browsers reach the product at `PUBLIC_URL`, as behind a proxy that ends TLS.
import { expect, it } from "vitest";
import type { OpenIdProvider } from "../../scripts/openid-provider.ts";
import { policiesOf } from "../support/callers.ts";
import { loginSettings } from "../support/login-settings.ts";
import {
  createPerson,
  logInUpToCallback,
  startTestProvider,
  teacher,
  type Person,
} from "../support/openid-provider.ts";
import type { Product, Settings, StartProduct } from "../support/product.ts";
import { callCount, until, withProduct } from "./steps.ts";

const publicUrl = "https://sessions.example.com";
const cookieName = "__Host-rtkbff";
const policies = policiesOf({
  when: { claim: "roles", includes: "teacher" },
  apps: ["support"],
  meetings: { fromClaim: "meetings" },
  fields: ["id", "associated_id", "status"],
});
const [meeting = ""] = Array.isArray(teacher.claims["meetings"]) ? teacher.claims["meetings"].map(String) : [];
const list = `${publicUrl}/v1/apps/support/sessions`;
const own = `${list}?associated_id=${meeting}`;

type Scene = { product: Product; provider: OpenIdProvider; person(): Person };

async function withLogin(start: StartProduct, settings: Settings, use: (scene: Scene) => Promise<void>): Promise<void> {
  const provider = await startTestProvider({ publicUrls: [publicUrl] });
  try {
    const all = { ...loginSettings(provider, publicUrl), POLICIES: policies, ...settings };
    await withProduct(start, all, (product) => {
      const person = () =>
        createPerson((origin) =>
          origin === publicUrl ? (url, init) => product.fetch(url.slice(publicUrl.length), init) : undefined,
        );
      return use({ product, provider, person });
    });
  } finally {
    await provider.close();
  }
}

export function loginScenarios(start: StartProduct): void {
  it("logs a person in at a real provider, shows their meetings alone, and logs them out", () =>
    withLogin(start, {}, async ({ product, provider, person }) => {
      const somebody = person();
      expect((await somebody.ask(own)).status).toBe(401);
      const arrived = await somebody.logIn(publicUrl, teacher, "/docs");
      expect(arrived).toMatchObject({ url: `${publicUrl}/docs`, response: { status: 200 } });
      expect(await (await somebody.ask(`${publicUrl}/auth/me`)).json()).toMatchObject({
        subject: "teacher",
        claims: { roles: ["teacher"] },
      });
      for (let round = 0; round < 3; round += 1) expect((await somebody.ask(own)).status).toBe(200);
      expect((await somebody.ask(`${list}?associated_id=another`)).status).toBe(404);
      expect((await somebody.ask(list)).status).toBe(400);
      const out = await somebody.ask(`${publicUrl}/auth/logout`, { method: "POST" });
      expect((await out.json<{ redirect_to: string }>()).redirect_to).toContain(provider.issuer);
      expect((await somebody.ask(own)).status).toBe(401);
      expect(product.logs().join("\n")).not.toMatch(/eyJ|chalk-and-talk/);
    }));

  it("shows a page of another site nothing for a valid cookie, and asks nobody for it", () =>
    withLogin(start, {}, async ({ product, person }) => {
      const somebody = person();
      await somebody.logIn(publicUrl);
      const before = callCount(product);
      for (const headers of [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "cross-site", "x-bff": "1" },
        { "sec-fetch-site": "none" },
        { "sec-fetch-site": "same-site", origin: "https://other.example.com" },
      ]) {
        for (const url of [own, `${publicUrl}/v1/live/apps/support/sessions?associated_id=${meeting}`]) {
          expect((await somebody.ask(url, { headers })).status).toBe(403);
        }
        expect((await somebody.ask(`${publicUrl}/auth/logout`, { method: "POST", headers })).status).toBe(403);
      }
      expect(callCount(product)).toBe(before);
      expect((await somebody.ask(own)).status).toBe(200);
    }));

  it("keeps whoever is logged in while the provider is down, and says to others that nobody can log in", () =>
    withLogin(start, {}, async ({ provider, person }) => {
      const [inside, outside] = [person(), person()];
      await inside.logIn(publicUrl);
      const callback = await logInUpToCallback(outside, publicUrl);
      await provider.close();
      expect((await inside.ask(own)).status).toBe(200);
      const answer = await outside.ask(callback);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain("does not answer");
      const out = await inside.ask(`${publicUrl}/auth/logout`, { method: "POST" });
      expect(out.status).toBe(200);
    }));

  it("answers a login with 503 and one plain page while the provider was never reached", () =>
    withLogin(start, { OIDC_ISSUER: "http://127.0.0.1:9" }, async ({ person }) => {
      const answer = await person().ask(`${publicUrl}/auth/login`);
      expect(answer.status).toBe(503);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await answer.text()).toContain("does not answer");
    }));

  it("lets nobody in with two cookies of its name", () =>
    withLogin(start, {}, async ({ person }) => {
      const somebody = person();
      await somebody.logIn(publicUrl);
      const value = somebody.cookies(publicUrl).get(cookieName) ?? "";
      const cookie = `${cookieName}=planted; ${cookieName}=${value}`;
      expect((await person().ask(own, { headers: { cookie } })).status).toBe(400);
    }));
}

/** `store`: where this way of running the product records logins. */
export function recordedLoginScenarios(start: StartProduct, store: "kv" | "redis"): void {
  it("ends a login everywhere within seconds of its logout, where logins are recorded", () =>
    withLogin(start, { SESSION_STORE: store }, async ({ person }) => {
      const [somebody, thief, other] = [person(), person(), person()];
      await somebody.logIn(publicUrl);
      await other.logIn(publicUrl);
      thief.setCookie(publicUrl, cookieName, somebody.cookies(publicUrl).get(cookieName) ?? "");
      expect((await thief.ask(own)).status).toBe(200);
      expect((await somebody.ask(`${publicUrl}/auth/logout`, { method: "POST" })).status).toBe(200);
      await until(async () => (await thief.ask(own)).status === 401 || undefined);
      expect((await other.ask(own)).status).toBe(200);
      const answer = await other.ask(`${publicUrl}/auth/backchannel-logout`, {
        method: "POST",
        body: "logout_token=x",
      });
      expect(answer.status).toBe(400);
    }));
}
