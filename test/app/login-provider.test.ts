// A provider that is slow, down, huge, hostile, or has less than others: what a person sees, what the service asks of it, and what the doctor
// says.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieFinding } from "../../scripts/doctor/cookie-size.ts";
import { lineOf } from "../../scripts/doctor/findings.ts";
import { checkLogin } from "../../scripts/doctor/login.ts";
import type { OpenIdProvider } from "../../scripts/openid-provider.ts";
import type { Fetch } from "../../src/ground/fetch-json.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { ownPath } from "../support/app.ts";
import { account, configOf } from "../support/doctor-settings.ts";
import { createLoginRig, loginPolicies, publicUrl, startRigProvider, type LoginRig } from "../support/login-rig.ts";
import { loginSettings } from "../support/login-settings.ts";
import { logInUpToCallback, teacher } from "../support/openid-provider.ts";

let provider: OpenIdProvider;
beforeAll(async () => {
  provider = await startRigProvider();
});
afterAll(() => provider.close());

const own = `${publicUrl}${ownPath}?associated_id=demo-meeting`;
const login = `${publicUrl}/auth/login`;
const documentCalls = ({ fetched }: LoginRig) => fetched.filter((url) => url.endsWith("/openid-configuration")).length;
const text =
  (body: BodyInit, init: ResponseInit = {}): Fetch =>
  async () =>
    new Response(body, init);

/** The provider's discovery document, changed. */
const describing =
  (change: Record<string, unknown>): Fetch =>
  async (url, init) => {
    const answer = await fetch(url, init);
    return url.endsWith("/openid-configuration")
      ? Response.json({ ...(await answer.json<Record<string, unknown>>()), ...change })
      : answer;
  };

const pause = () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 5));
const bodyText = (body: unknown) => (body instanceof URLSearchParams ? body.toString() : body);

const broken: readonly [string, Fetch][] = [
  ["is down", text("", { status: 503 })],
  [
    "can't be reached",
    async () => {
      throw new TypeError("fetch failed");
    },
  ],
  ["redirects", text("", { status: 302, headers: { location: "https://evil.example" } })],
  ["answers with a page", text("<!doctype html>")],
  ["answers with nothing", text("")],
  ["answers with 1 MiB", text(" ".repeat(2 ** 20))],
  ["describes no provider", text('{"issuer":7}')],
  ["is another issuer", describing({ issuer: "https://evil.example" })],
  ["is another issuer by a slash", async (url, init) => describing({ issuer: `${provider.issuer}/` })(url, init)],
  ["names an address that is none", describing({ token_endpoint: "javascript:alert(1)" })],
  ["takes no secret that we could show", describing({ token_endpoint_auth_methods_supported: ["private_key_jwt"] })],
];

describe("a provider whose document", () => {
  it.each(broken)("%s gives a 503 and one plain page, and is left alone for 30 s", async (_what, answer) => {
    const rig = createLoginRig({ provider });
    rig.answer(answer);
    for (let round = 0; round < 3; round += 1) {
      const shown = await rig.person().ask(login);
      expect(shown.status).toBe(503);
      expect(shown.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(Number(shown.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(documentCalls(rig)).toBe(1);
    rig.answer(undefined);
    await rig.clock.advance(30_000);
    expect((await rig.person().ask(login)).status).toBe(302);
  });

  it("never comes gives a 503 after three seconds", async () => {
    const rig = createLoginRig({ provider });
    rig.answer(() => new Promise(() => {}));
    const pending = rig.person().ask(login);
    await rig.clock.advance(3_000);
    expect((await pending).status).toBe(503);
  });

  it("is asked for once by many at a time", async () => {
    const rig = createLoginRig({ provider });
    const pending = Array.from({ length: 20 }, () => rig.person().ask(login));
    // Those who wait look again every 20 ms.
    const all = Promise.all(pending);
    for (let step = 0; step < 1_000; step += 1) {
      const answers = await Promise.race([all, pause()]);
      if (answers) break;
      await rig.clock.advance(20);
    }
    for (const { status } of await all) expect(status).toBe(302);
    expect(documentCalls(rig)).toBe(1);
  });

  it("was good serves for a day while the provider is down, and is refreshed behind a login", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    await person.logIn(publicUrl);
    rig.answer(text("", { status: 503 }));
    await rig.clock.advance(23 * 3_600_000);
    expect((await rig.person().ask(login)).status).toBe(302);
    await rig.clock.settle();
    expect(documentCalls(rig)).toBe(2);
    await rig.clock.advance(3_600_000);
    expect((await rig.person().ask(login)).status).toBe(503);
  });
});

describe("a token endpoint that", () => {
  const atToken =
    (answer: Fetch): Fetch =>
    (url, init) =>
      url.endsWith("/token") ? answer(url, init) : fetch(url, init);

  it.each([
    ["is down", text("", { status: 503 }), 503],
    ["can't be reached", broken[1]?.[1] ?? text(""), 503],
    ["answers with 1 MiB", text(" ".repeat(2 ** 20), { headers: { "content-type": "application/json" } }), 503],
    ["redirects", text("", { status: 307, headers: { location: "https://evil.example" } }), 400],
    ["answers with a page", text("<!doctype html>", { headers: { "content-type": "text/html" } }), 400],
    ["answers with junk", text("{", { headers: { "content-type": "application/json" } }), 400],
    ["answers with a list", text("[]", { headers: { "content-type": "application/json" } }), 400],
    [
      "says no",
      text('{"error":"invalid_client"}', { status: 401, headers: { "content-type": "application/json" } }),
      400,
    ],
  ] as const)("%s ends on the plain page, and never in a 500", async (_what, answer, status) => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const callback = await logInUpToCallback(person, publicUrl);
    rig.answer(atToken(answer));
    const shown = await person.ask(callback);
    expect(shown.status).toBe(status);
    expect(shown.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect([...person.cookies(publicUrl).keys()]).toEqual([]);
  });

  it("never answers gives a 503 after five seconds", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const callback = await logInUpToCallback(person, publicUrl);
    const asked = Promise.withResolvers<void>();
    rig.answer(
      atToken(() => {
        asked.resolve();
        return new Promise(() => {});
      }),
    );
    const pending = person.ask(callback);
    await asked.promise;
    await rig.clock.advance(5_000);
    expect((await pending).status).toBe(503);
  });
});

describe("a provider", () => {
  it("whose keys can't be had logs nobody in, with a 503, and whoever is logged in stays so", async () => {
    const rig = createLoginRig({ provider });
    const [inside, outside] = [rig.person(), rig.person()];
    rig.answer((url, init) => (url.endsWith("/jwks") ? Promise.reject(new TypeError("down")) : fetch(url, init)));
    const { response } = await outside.logIn(publicUrl);
    expect(response.status).toBe(503);
    rig.answer(undefined);
    await rig.clock.advance(30_000);
    await inside.logIn(publicUrl);
    rig.answer(broken[1]?.[1]);
    expect((await inside.ask(own)).status).toBe(200);
    expect((await inside.ask(`${publicUrl}/auth/me`)).status).toBe(200);
  });

  it("without a logout of its own is told nothing, and the person is logged out here", async () => {
    const rig = createLoginRig({ provider });
    rig.answer(describing({ end_session_endpoint: undefined }));
    const person = rig.person();
    await person.logIn(publicUrl);
    const out = await person.ask(`${publicUrl}/auth/logout`, { method: "POST" });
    expect(await out.json()).toEqual({ redirect_to: null });
    const form = await person.ask(`${publicUrl}/auth/logout`, {
      method: "POST",
      headers: { "sec-fetch-mode": "navigate" },
    });
    expect([form.status, form.headers.get("location")]).toEqual([303, "/"]);
    expect((await person.ask(own)).status).toBe(401);
  });

  it("that takes secrets in the form alone gets them there", async () => {
    const posted: { authorization: string | null; body: unknown }[] = [];
    const rig = createLoginRig({ provider });
    rig.answer(async (url, init) => {
      if (url.endsWith("/token")) {
        posted.push({ authorization: new Headers(init.headers).get("authorization"), body: bodyText(init.body) });
      }
      return describing({ token_endpoint_auth_methods_supported: ["client_secret_post"] })(url, init);
    });
    await rig.person().logIn(publicUrl);
    expect(posted).toEqual([{ authorization: null, body: expect.stringContaining("client_secret=") }]);
  });
});

describe("the doctor, of a login", () => {
  const settings = () => ({
    ...account,
    REALTIMEKIT_APPS: "support=app-1",
    ...loginSettings(provider, publicUrl),
    POLICIES: loginPolicies,
  });
  const lines = async (over: Record<string, string> = {}) => {
    const config = configOf({ ...settings(), ...over });
    if (!config.login) throw new Error("no login");
    const findings = await checkLogin(config.login, {
      fetch: (url, init) => fetch(url, init),
      clock: systemClock,
      platform: "node",
    });
    return findings.map(lineOf);
  };

  it("finds the provider, and says what to register there", async () => {
    const said = (await lines({ ALLOWED_ORIGINS: "https://app.bff.example" })).join("\n");
    expect(said).toContain("ok    OIDC_ISSUER: its discovery document is there, and is of this issuer");
    expect(said).toContain("ok    identity: 1 key of use published at OIDC_ISSUER");
    expect(said).toContain(`redirect URI: ${publicUrl}/auth/callback`);
    expect(said).toContain(`post-logout redirect URI: ${publicUrl}/`);
    expect(said).toContain("1 origin is of one site with PUBLIC_URL");
    expect(said).not.toContain("FAIL");
  });

  it.each([
    [(issuer: string) => `${issuer}/`, "it is of another issuer"],
    [(issuer: string) => `${issuer}/nowhere`, "the answer is an error"],
    [() => "http://127.0.0.1:9", "can't be had"],
  ])("fails where it is not there, or is another (%#)", async (change, what) => {
    const [first = ""] = await lines({ OIDC_ISSUER: change(provider.issuer) });
    expect(first).toMatch(/^FAIL {2}OIDC_ISSUER: /);
    expect(first).toContain(what);
  });

  it("says of given claims whether they fit into the cookie", async () => {
    const config = configOf(settings());
    if (!config.login) throw new Error("no login");
    const fits = await cookieFinding(config, config.login, teacher.claims);
    expect(lineOf(fits)).toMatch(
      /^ok {4}cookie: of these claims a login keeps meetings, roles: \d{3,4} characters, and 3072 fit/,
    );
    const meetings = Array.from({ length: 100 }, () => crypto.randomUUID());
    expect(lineOf(await cookieFinding(config, config.login, { ...teacher.claims, meetings }))).toMatch(
      /^FAIL {2}cookie: /,
    );
  });
});
