// The cookie of a login, and requests that a browser sends it with: forged, stolen, planted, worn out, and sent by pages of others.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenIdProvider } from "../../scripts/openid-provider.ts";
import { digest } from "../../src/entries/digest.ts";
import { purgePath } from "../../src/http/purge-route.ts";
import { deploymentName } from "../../src/identity/login-cookie.ts";
import { readSealKey, seal, type SealKeys } from "../../src/identity/seal.ts";
import { ownPath, sdkPath } from "../support/app.ts";
import { policiesOf } from "../support/callers.ts";
import { sealKey } from "../support/login-settings.ts";
import {
  cookieName,
  createLoginRig,
  publicUrl,
  startRigProvider,
  teacher,
  type LoginRig,
} from "../support/login-rig.ts";
import { startTestProvider, type Person } from "../support/openid-provider.ts";

let provider: OpenIdProvider;
beforeAll(async () => {
  provider = await startRigProvider();
});
afterAll(() => provider.close());

const search = "?associated_id=demo-meeting";
const own = `${publicUrl}${ownPath}${search}`;
const cookieOf = (person: Person) => person.cookies(publicUrl).get(cookieName) ?? "";
const withCookie = (rig: LoginRig, cookie: string) => rig.person().ask(own, { headers: { cookie } });

async function loggedIn(settings: Readonly<Record<string, string>> = {}): Promise<{ rig: LoginRig; person: Person }> {
  const rig = createLoginRig({ provider, settings });
  const person = rig.person();
  await person.logIn(publicUrl);
  return { rig, person };
}

describe("row 31: a cookie", () => {
  it("is nobody's where it is cut or changed anywhere, and never a fault", async () => {
    const { rig, person } = await loggedIn();
    const value = cookieOf(person);
    const places = Array.from({ length: 40 }, (_, step) => Math.floor((step * value.length) / 40));
    const other = (letter: string) => (letter === "A" ? "B" : "A");
    for (const place of places) {
      const changed = value.slice(0, place) + other(value[place] ?? "") + value.slice(place + 1);
      for (const bad of [value.slice(0, place), changed]) {
        expect((await withCookie(rig, `${cookieName}=${bad}`)).status).toBe(401);
      }
    }
    for (const bad of ["x", "..", "....", `${value}.`, `${value}A`, "x".repeat(5_000), value + value, "%00", '"']) {
      expect((await withCookie(rig, `${cookieName}=${bad}`)).status).toBe(401);
    }
    expect((await withCookie(rig, `${cookieName}=${value}`)).status).toBe(200);
  });

  it("ends to the millisecond, for those who were just there too", async () => {
    const { rig, person } = await loggedIn();
    expect((await person.ask(own)).status).toBe(200);
    await rig.clock.advance(28_799_999);
    expect((await person.ask(own)).status).toBe(200);
    await rig.clock.advance(1);
    expect((await person.ask(own)).status).toBe(401);
    // And where nobody was.
    const later = await loggedIn();
    await later.rig.clock.advance(28_800_000);
    expect((await later.person.ask(own)).status).toBe(401);
  });

  it("of another deployment opens nothing here, also where the key is the same", async () => {
    const keys = { SESSION_SECRETS: sealKey() };
    const { person } = await loggedIn(keys);
    const elsewhere = "https://other.example";
    const rigs = [
      createLoginRig({ provider, settings: { ...keys, OIDC_CLIENT_ID: "another" } }),
      createLoginRig({ provider, settings: { ...keys, OIDC_ISSUER: "https://login.example" } }),
      createLoginRig({ provider, settings: { ...keys, PUBLIC_URL: elsewhere, ALLOWED_ORIGINS: "" } }),
      createLoginRig({ provider }),
    ];
    for (const rig of rigs) expect((await withCookie(rig, `${cookieName}=${cookieOf(person)}`)).status).toBe(401);
    expect(
      (await withCookie(createLoginRig({ provider, settings: keys }), `${cookieName}=${cookieOf(person)}`)).status,
    ).toBe(200);
  });

  it("is worth something with the old key while that stands second, and nothing afterwards", async () => {
    const [before, after] = [sealKey(), sealKey()];
    const { person } = await loggedIn({ SESSION_SECRETS: before });
    const cookie = `${cookieName}=${cookieOf(person)}`;
    const under = (secrets: string) => createLoginRig({ provider, settings: { SESSION_SECRETS: secrets } });
    expect((await withCookie(under(`${after},${before}`), cookie)).status).toBe(200);
    expect((await withCookie(under(after), cookie)).status).toBe(401);
  });

  it("that is sealed for an attempt is no login, and one of a login no attempt", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const answer = await person.ask(`${publicUrl}/auth/login`);
    const [[name, attempt] = ["", ""]] = person.cookies(publicUrl);
    expect((await withCookie(rig, `${cookieName}=${attempt}`)).status).toBe(401);
    await person.logIn(publicUrl);
    const state = new URL(answer.headers.get("location") ?? "").searchParams.get("state") ?? "";
    const thief = rig.person();
    thief.setCookie(publicUrl, name, cookieOf(person));
    const back = `${publicUrl}/auth/callback?code=x&state=${state}&iss=${encodeURIComponent(provider.issuer)}`;
    expect((await thief.ask(back)).status).toBe(400);
  });

  it("with a good seal and anything but a login in it is refused, and never a fault", async () => {
    const secret = sealKey();
    const key = readSealKey(secret);
    if (!key.ok) throw new Error(key.failure);
    const keys: SealKeys = [key.value];
    const rig = createLoginRig({ provider, settings: { SESSION_SECRETS: secret } });
    const { issuer, clientId } = provider;
    const good = {
      deployment: deploymentName({ publicUrl, issuer, clientId }, digest),
      id: "id",
      subject: "teacher",
      claims: teacher.claims,
      until: rig.clock.now() + 1_000,
    };
    const sealed = async (payload: object) => `${cookieName}=${await seal(payload, "rtkbff-login", keys)}`;
    expect((await withCookie(rig, await sealed(good))).status).toBe(200);
    for (const bad of [
      {},
      [],
      { ...good, until: "9999999999999" },
      { ...good, until: Number.NaN },
      { ...good, claims: [] },
      { ...good, claims: null },
      { ...good, subject: 7 },
      { ...good, extra: 1 },
    ]) {
      expect((await withCookie(rig, await sealed(bad))).status).toBe(401);
    }
  });
});

describe("row 43: a cookie that was planted", () => {
  it("beside the real one lets nobody in, in either order, and is not taken for it", async () => {
    const { rig, person } = await loggedIn();
    const value = cookieOf(person);
    for (const cookie of [
      `${cookieName}=planted; ${cookieName}=${value}`,
      `${cookieName}=${value}; ${cookieName}=planted`,
      `${cookieName}=${value};${cookieName}=${value}`,
    ]) {
      const answer = await withCookie(rig, cookie);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: "malformed_request" });
    }
  });

  it("under a name that a sibling subdomain can set is not looked at", async () => {
    const { rig, person } = await loggedIn();
    const value = cookieOf(person);
    for (const name of [
      "rtkbff",
      "__Secure-rtkbff",
      "__host-rtkbff",
      "__Host-rtkbf",
      "__Host-rtkbff2",
      "x__Host-rtkbff",
    ]) {
      expect((await withCookie(rig, `${name}=${value}`)).status).toBe(401);
      expect((await withCookie(rig, `${name}=planted; ${cookieName}=${value}`)).status).toBe(200);
    }
  });
});

describe("a login with more claims than a cookie holds", () => {
  it("is refused with the reason, and sets no cookie", async () => {
    const meetings = Array.from({ length: 200 }, (_, place) => `meeting-${place}-${"x".repeat(20)}`);
    const crowded = await startTestProvider({
      publicUrls: [publicUrl],
      users: [{ ...teacher, claims: { ...teacher.claims, meetings } }],
    });
    try {
      const rig = createLoginRig({ provider: crowded });
      const person = rig.person();
      const { response } = await person.logIn(publicUrl);
      expect(response.status).toBe(403);
      expect(await response.text()).toMatch(/It takes \d{4,5} characters, and 3072 fit\./);
      expect(person.cookies(publicUrl).size).toBe(0);
    } finally {
      await crowded.close();
    }
  });
});

/** What browsers say when a page of another site makes them ask, and what others may write. */
const foreign: readonly Record<string, string>[] = [
  { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
  { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", origin: "https://evil.example" },
  { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", origin: publicUrl },
  { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
  { "sec-fetch-site": "cross-site", "x-bff": "1" },
  { "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "same-site", origin: "https://evil.bff.example" },
  { "sec-fetch-site": "same-site", origin: "null" },
  { "sec-fetch-site": "none" },
  { "sec-fetch-site": "none", "x-bff": "1" },
  { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
  { "sec-fetch-site": "" },
  { "sec-fetch-site": "SAME-ORIGIN" },
  { "sec-fetch-site": "same-origin, cross-site" },
];

const withoutMetadata = { "sec-fetch-site": undefined } as unknown as Record<string, string>;

/** What answers everybody alike. */
const openRoutes = [
  /^\/(?:\*)?$/,
  /^\/docs/,
  /^\/openapi/,
  /^\/(?:healthz|readyz)$/,
  /^\/problems\//,
  /^\/auth\/(?:login|callback)$/,
  /^\/(?:dashboard|elements|assets)/,
];

describe("rows 39 and 40: a page of another site, with a valid cookie", () => {
  const settings = {
    ALLOWED_ORIGINS: "https://app.bff.example",
    POLICIES: policiesOf({ when: "authenticated", apps: ["support"], grants: ["purge"] }),
  };
  const reads = [own, `${publicUrl}${sdkPath}${search}`, `${publicUrl}/v1/live/apps/support/sessions${search}`];

  /** As a script asks that sets these header fields and no others. */
  const plain = (person: Person, url: string, headers: Record<string, string>, init: RequestInit = {}) =>
    person.ask(url, { ...init, headers: { ...withoutMetadata, ...headers } });

  it.each(foreign.map((headers) => [JSON.stringify(headers), headers]))(
    "gets a 403 on every route and costs nothing: %s",
    async (_shown, headers) => {
      const { rig, person } = await loggedIn(settings);
      const before = rig.service.calls();
      for (const url of [...reads, `${publicUrl}/auth/me`]) {
        const answer = await plain(person, url, headers);
        expect(answer.status).toBe(403);
        expect(answer.headers.get("set-cookie")).toBeNull();
      }
      const body = JSON.stringify({ app: "support" });
      const json = { ...headers, "content-type": "application/json" };
      expect((await plain(person, publicUrl + purgePath, json, { method: "POST", body })).status).toBe(403);
      const out = await plain(person, `${publicUrl}/auth/logout`, headers, { method: "POST" });
      expect(out.status).toBe(403);
      expect(out.headers.get("set-cookie")).toBeNull();
      expect(rig.service.calls()).toBe(before);
      expect((await person.ask(`${publicUrl}/auth/me`)).status).toBe(200);
    },
  );

  it("gets a 403 on every route there is that asks who is there, those to come too", async () => {
    const { rig, person } = await loggedIn(settings);
    const isForAll = (route: string) => openRoutes.some((pattern) => pattern.test(route));
    const before = rig.service.calls();
    const asked = new Set<string>();
    for (const { method, path } of rig.service.app.routes) {
      if (!["GET", "POST"].includes(method) || isForAll(path) || asked.has(`${method} ${path}`)) continue;
      asked.add(`${method} ${path}`);
      const target = path
        .replace(":account_id", "_")
        .replace(/:app(?:_id)?\b/, "support")
        .replaceAll(/:\w+/g, "x1");
      const answer = await person.ask(publicUrl + target, {
        method,
        headers: { "sec-fetch-site": "cross-site", "content-type": "application/json" },
        ...(method === "POST" && { body: "{}" }),
      });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
    expect(asked.size).toBeGreaterThan(30);
    expect(rig.service.calls()).toBe(before);
  });

  it("gets no logout by GET", async () => {
    const { person } = await loggedIn(settings);
    expect((await person.ask(`${publicUrl}/auth/logout`)).status).toBe(405);
    expect((await person.ask(`${publicUrl}/auth/me`)).status).toBe(200);
  });

  it("gets a 403 where the browser says nothing and the header of our pages is not there or not 1", async () => {
    const { person } = await loggedIn(settings);
    for (const headers of [
      {},
      { "x-bff": "0" },
      { "x-bff": "1, 1" },
      { "x-bff": "1", origin: "https://evil.example" },
    ]) {
      expect((await plain(person, own, headers as Record<string, string>)).status).toBe(403);
    }
  });

  it("is told apart from our own pages, and from allowed ones of the same site", async () => {
    const { person } = await loggedIn(settings);
    for (const headers of [
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "same-origin", origin: publicUrl },
      { "sec-fetch-site": "same-site", origin: "https://app.bff.example" },
      { "x-bff": "1" },
      { "x-bff": "1", origin: "https://app.bff.example" },
    ]) {
      expect((await plain(person, own, headers as Record<string, string>)).status).toBe(200);
    }
  });
});

describe("row 35: cookies across origins", () => {
  const preflight = { "access-control-request-method": "GET", "access-control-request-headers": "x-bff" };
  const credentials = "access-control-allow-credentials";

  it("are allowed for exact origins of the same site, and for no others", async () => {
    const allowed = ["https://app.bff.example", "https://app.other.example"];
    const { rig } = await loggedIn({ ALLOWED_ORIGINS: allowed.join(",") });
    for (const [origin, isAllowed] of [
      ["https://app.bff.example", true],
      ["https://app.other.example", false],
      ["https://evil.bff.example", false],
      ["https://app.bff.example.evil.example", false],
      ["null", false],
    ] as const) {
      for (const init of [{ headers: { origin } }, { method: "OPTIONS", headers: { origin, ...preflight } }]) {
        const answer = await rig.service.send(ownPath + search, init);
        expect(answer.headers.get(credentials)).toBe(isAllowed ? "true" : null);
        if (isAllowed) expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
        expect(answer.headers.get("access-control-allow-origin")).not.toBe("*");
      }
    }
    const asked = await rig.service.send(ownPath, {
      method: "OPTIONS",
      headers: { origin: "https://app.bff.example", ...preflight },
    });
    expect(asked.headers.get("access-control-allow-headers")).toContain("x-bff");
  });
});
