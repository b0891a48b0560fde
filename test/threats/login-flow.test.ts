// The way to the provider and back, against whoever wants to log somebody in as another, to be logged in as them, or to send them elsewhere.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenIdProvider } from "../../scripts/openid-provider.ts";
import type { Fetch } from "../../src/ground/fetch-json.ts";
import { createMemoryLogins } from "../../src/login/logins.ts";
import { readReturnTo } from "../../src/login/return-to.ts";
import { ownPath } from "../support/app.ts";
import {
  cookieName,
  createLoginRig,
  publicUrl,
  startRigProvider,
  teacher,
  type LoginRig,
} from "../support/login-rig.ts";
import { admin, logInUpToCallback, type Person } from "../support/openid-provider.ts";

let provider: OpenIdProvider;
beforeAll(async () => {
  provider = await startRigProvider();
});
afterAll(() => provider.close());

const cookieOf = (person: Person) => person.cookies(publicUrl).get(cookieName);
const attemptsOf = (person: Person) =>
  [...person.cookies(publicUrl)].filter(([name]) => name.startsWith(`${cookieName}-`));
const reasons = ({ service }: LoginRig) =>
  service.lines.flatMap((line) =>
    line.kind === "request"
      ? line.events.flatMap((event) => (event.type === "login.refused" ? [event.reason] : []))
      : [],
  );
const tokenCalls = ({ fetched }: LoginRig) => fetched.filter((url) => url.endsWith("/token")).length;

/** A page for people, under the closed policy, that nobody is logged in by. */
async function expectPage(answer: Response, status: number): Promise<string> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(answer.headers.get("content-security-policy")).toBe(
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  );
  expect(answer.headers.getSetCookie().filter((cookie) => cookie.startsWith(`${cookieName}=`))).toEqual([]);
  const text = await answer.text();
  expect(text).toContain('<a href="/auth/login">');
  expect(text).not.toMatch(/<script|<style|style=|\son\w+=/);
  return text;
}

describe("row 34: an answer of the provider", () => {
  it("logs nobody in whose browser did not ask for it (login CSRF)", async () => {
    const rig = createLoginRig({ provider });
    const [attacker, victim] = [rig.person(), rig.person()];
    const callback = await logInUpToCallback(attacker, publicUrl);
    await expectPage(await victim.ask(callback), 400);
    // Not even where the victim is on the way to the provider.
    await victim.ask(`${publicUrl}/auth/login`);
    await expectPage(await victim.ask(callback), 400);
    expect(cookieOf(victim)).toBeUndefined();
    expect(reasons(rig)).toEqual(["no_attempt", "no_attempt"]);
    expect(tokenCalls(rig)).toBe(0);
  });

  it("is good once: a replayed callback logs nobody in, and nobody out", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const callback = await logInUpToCallback(person, publicUrl);
    const [[name, attempt] = ["", ""]] = attemptsOf(person);
    expect((await person.ask(callback)).status).toBe(302);
    const cookie = cookieOf(person);
    await expectPage(await person.ask(callback), 400);
    expect(cookieOf(person)).toBe(cookie);
    // With the attempt as well, which the browser was told to forget.
    const thief = rig.person();
    thief.setCookie(publicUrl, name, attempt);
    await expectPage(await thief.ask(callback), 400);
    expect(cookieOf(thief)).toBeUndefined();
    expect(reasons(rig)).toEqual(["no_attempt", "replayed"]);
    expect(tokenCalls(rig)).toBe(1);
  });

  it("is good once at every process: the provider takes no code twice", async () => {
    const settings = { SESSION_SECRETS: "A".repeat(43) };
    const [one, other] = [createLoginRig({ provider, settings }), createLoginRig({ provider, settings })];
    const [person, thief] = [one.person(), other.person()];
    const callback = await logInUpToCallback(person, publicUrl);
    const [[name, attempt] = ["", ""]] = attemptsOf(person);
    thief.setCookie(publicUrl, name, attempt);
    expect((await person.ask(callback)).status).toBe(302);
    await expectPage(await thief.ask(callback), 400);
    expect(reasons(other)).toEqual(["token_invalid_grant"]);
  });

  it("with another's state, without one, or with two is nobody's (stolen state)", async () => {
    const rig = createLoginRig({ provider });
    const [attacker, victim] = [rig.person(), rig.person()];
    const stolen = new URL(await logInUpToCallback(attacker, publicUrl));
    const own = new URL(await logInUpToCallback(victim, publicUrl, admin));
    const attempts = attemptsOf(victim);
    const again = () => attempts.forEach(([name, value]) => victim.setCookie(publicUrl, name, value));
    // The attacker's code with the victim's state: PKCE and nonce are of another attempt.
    const mixed = new URL(own);
    mixed.searchParams.set("code", stolen.searchParams.get("code") ?? "");
    await expectPage(await victim.ask(mixed.href), 400);
    again();
    const without = new URL(own);
    without.searchParams.delete("state");
    await expectPage(await victim.ask(without.href), 400);
    again();
    const state = own.searchParams.get("state") ?? "";
    for (const bad of [
      "",
      state.slice(0, -1),
      `${state.slice(0, 8)}${"x".repeat(35)}`,
      "__proto__",
      "x".repeat(5_000),
    ]) {
      const changed = new URL(own);
      changed.searchParams.set("state", bad);
      again();
      await expectPage(await victim.ask(changed.href), 400);
    }
    expect(cookieOf(victim)).toBeUndefined();
    expect(new Set(reasons(rig))).toEqual(new Set(["token_invalid_grant", "no_attempt", "state"]));
  });

  it("of another issuer, or of none where the provider names itself, is refused before any code is shown (mix-up, RFC 9207)", async () => {
    const rig = createLoginRig({ provider });
    for (const change of [
      (url: URL) => url.searchParams.set("iss", "https://evil.example"),
      (url: URL) => url.searchParams.delete("iss"),
      (url: URL) => url.searchParams.append("iss", provider.issuer),
      (url: URL) => url.searchParams.append("code", "another"),
    ]) {
      const person = rig.person();
      const url = new URL(await logInUpToCallback(person, publicUrl));
      change(url);
      await expectPage(await person.ask(url.href), 400);
      expect(cookieOf(person)).toBeUndefined();
    }
    expect(tokenCalls(rig)).toBe(0);
    expect(reasons(rig)).toEqual(Array.from({ length: 4 }, () => "oauth_invalid_response"));
  });

  it("that says no ends on the plain page, and repeats no word of it", async () => {
    const rig = createLoginRig({ provider });
    for (const error of [
      "access_denied",
      "<script>alert(1)</script>",
      "x\r\nset-cookie: a=b",
      "eyJhbGciOiJub25lIn0.e30.",
    ]) {
      const person = rig.person();
      const asked = await person.ask(`${publicUrl}/auth/login`);
      const state = new URL(asked.headers.get("location") ?? "").searchParams.get("state") ?? "";
      const search = new URLSearchParams({ error, error_description: error, state, iss: provider.issuer });
      const text = await expectPage(await person.ask(`${publicUrl}/auth/callback?${search.toString()}`), 400);
      expect(text).not.toContain(error);
    }
    expect(reasons(rig)).toEqual(["provider_access_denied", "provider_other", "provider_other", "provider_other"]);
  });

  it("that is wrong counts against its address, unless the browser brought no attempt or the provider was down", async () => {
    const rig = createLoginRig({ provider, settings: { CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: "2" } });
    const state = "s".repeat(43);
    for (let round = 0; round < 5; round += 1) {
      await expectPage(await rig.person().ask(`${publicUrl}/auth/callback?code=x&state=${state}`), 400);
    }
    const guess = async () => {
      const person = rig.person();
      const url = new URL(await logInUpToCallback(person, publicUrl));
      url.searchParams.set("code", "guessed");
      return (await person.ask(url.href)).status;
    };
    rig.answer((url, init) => (url.endsWith("/token") ? Promise.reject(new TypeError("down")) : fetch(url, init)));
    expect([await guess(), await guess(), await guess()]).toEqual([503, 503, 503]);
    rig.answer(undefined);
    expect([await guess(), await guess(), await guess()]).toEqual([400, 400, 429]);
  });

  it("after ten minutes comes too late", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const callback = await logInUpToCallback(person, publicUrl);
    await rig.clock.advance(600_000);
    await expectPage(await person.ask(callback), 400);
    expect(reasons(rig)).toEqual(["attempt"]);
  });
});

describe("row 34: an ID token", () => {
  /** The provider's token answers, each changed. */
  const changing =
    (change: (tokens: Record<string, unknown>) => Record<string, unknown>): Fetch =>
    async (url, init) => {
      const answer = await fetch(url, init);
      if (!url.endsWith("/token")) return answer;
      return Response.json(change(await answer.json<Record<string, unknown>>()), { status: answer.status });
    };

  it("of another attempt is refused by its nonce", async () => {
    const rig = createLoginRig({ provider });
    let stolen: unknown;
    rig.answer(changing((tokens) => ({ ...tokens, id_token: (stolen ??= tokens["id_token"]) })));
    await rig.person().logIn(publicUrl);
    const victim = rig.person();
    const { response } = await victim.logIn(publicUrl, admin);
    await expectPage(response, 400);
    expect(cookieOf(victim)).toBeUndefined();
    expect(reasons(rig)).toEqual(["oauth_jwt_claim_comparison_failed"]);
  });

  it("with a changed claim, another signature, none, or one that is no token at all is refused, and never a fault", async () => {
    const part = (token: string, place: number, text: string) => token.split(".").with(place, text).join(".");
    const json = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const payloadOf = (token: string) =>
      JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
    for (const change of [
      (token: string) => part(token, 1, json({ ...payloadOf(token), sub: "admin", roles: ["admin"] })),
      (token: string) => part(token, 2, token.split(".")[2]?.replace(/^...../, "AAAAA") ?? ""),
      (token: string) => part(token, 0, json({ alg: "none" })),
      (token: string) => part(part(token, 0, json({ alg: "HS256" })), 2, ""),
      () => "x",
      () => "",
      () => undefined,
      () => 7,
    ]) {
      const rig = createLoginRig({ provider });
      rig.answer(changing((tokens) => ({ ...tokens, id_token: change(String(tokens["id_token"])) })));
      const person = rig.person();
      const { response } = await person.logIn(publicUrl);
      await expectPage(response, 400);
      expect(cookieOf(person)).toBeUndefined();
    }
  });

  it.each([
    [-29_000, 302],
    [-32_000, 400],
  ])("from a clock that is apart by %i ms is answered with %i", async (ms, status) => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const callback = await logInUpToCallback(person, publicUrl);
    const { now } = rig.clock;
    const startedAt = now();
    rig.clock.now = () => now() + ms + (Date.now() - startedAt);
    expect((await person.ask(callback)).status).toBe(status);
  });
});

describe("row 31: the cookie of a login", () => {
  it("is new at each login, whatever the browser had before (session fixation)", async () => {
    const rig = createLoginRig({ provider });
    const [attacker, victim] = [rig.person(), rig.person()];
    await attacker.logIn(publicUrl);
    victim.setCookie(publicUrl, cookieName, cookieOf(attacker) ?? "");
    await victim.logIn(publicUrl, admin);
    expect(cookieOf(victim)).not.toBe(cookieOf(attacker));
    const [mine, theirs] = await Promise.all(
      [victim, attacker].map(async (one) => (await one.ask(`${publicUrl}/auth/me`)).json<{ subject: string }>()),
    );
    expect([mine?.subject, theirs?.subject]).toEqual(["admin", "teacher"]);
  });

  it("is for this host, for the browser alone, and for a fixed time", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const callback = await logInUpToCallback(person, publicUrl);
    const set = (await person.ask(callback)).headers.getSetCookie();
    expect(set.map((line) => line.replace(/=[\w.-]{20,};/, "=…;").replace(/-[\w-]{8}=/, "-…="))).toEqual([
      "__Host-rtkbff-…=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
      "__Host-rtkbff=…; Max-Age=28800; Path=/; HttpOnly; Secure; SameSite=Lax",
    ]);
  });

  it("tells nothing of what it holds", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    await person.logIn(publicUrl);
    const readable = (cookieOf(person) ?? "")
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString("latin1"));
    expect(readable.join(" ")).not.toMatch(/teacher|roles|demo-meeting/);
  });

  it("leaves room for four attempts of one browser, and forgets the oldest", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const states: string[] = [];
    for (let tab = 0; tab < 6; tab += 1) {
      const answer = await person.ask(`${publicUrl}/auth/login`);
      states.push(new URL(answer.headers.get("location") ?? "").searchParams.get("state")?.slice(0, 8) ?? "");
      await rig.clock.advance(1_000);
    }
    expect(
      attemptsOf(person)
        .map(([name]) => name.slice(cookieName.length + 1))
        .sort(),
    ).toEqual(states.slice(2).sort());
    person.setCookie(publicUrl, `${cookieName}-planted1`, "x".repeat(3_000));
    await person.ask(`${publicUrl}/auth/login`);
    expect(attemptsOf(person).map(([name]) => name)).not.toContain(`${cookieName}-planted1`);
    expect(attemptsOf(person)).toHaveLength(4);
  });

  it("leaves no attempt where an image, a frame or a script of a page asks for one", async () => {
    const rig = createLoginRig({ provider });
    for (const what of ["image", "iframe", "empty", "script", ""]) {
      const person = rig.person();
      const answer = await person.ask(`${publicUrl}/auth/login`, { headers: { "sec-fetch-dest": what } });
      expect(answer.status).toBe(403);
      expect(attemptsOf(person)).toEqual([]);
    }
    const person = rig.person();
    await person.ask(`${publicUrl}/auth/login`, { headers: { "sec-fetch-dest": "document" } });
    expect(attemptsOf(person)).toHaveLength(1);
  });

  it("lets two tabs log in at once", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const first = await logInUpToCallback(person, publicUrl);
    const second = await person.goUntil(`${publicUrl}/auth/login?return_to=/docs`, `${publicUrl}/auth/callback`);
    expect((await person.ask(second)).headers.get("location")).toBe("/docs");
    expect((await person.ask(first)).headers.get("location")).toBe("/");
  });
});

describe("row 32: a logout", () => {
  it("ends the login for whoever has a copy of the cookie, where logins are recorded", async () => {
    const rig = createLoginRig({ provider, settings: { SESSION_STORE: "kv" }, makeLogins: createMemoryLogins });
    const [person, thief] = [rig.person(), rig.person()];
    await person.logIn(publicUrl, teacher);
    thief.setCookie(publicUrl, cookieName, cookieOf(person) ?? "");
    const own = `${publicUrl}${ownPath}?associated_id=demo-meeting`;
    expect((await thief.ask(own)).status).toBe(200);
    await person.ask(`${publicUrl}/auth/logout`, { method: "POST" });
    await rig.clock.advance(5_000);
    expect((await thief.ask(own)).status).toBe(401);
  });
});

/** What browsers, proxies and URL parsers have been talked into. */
const hostile = [
  "//evil.example",
  "///evil.example",
  "////evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "\\/evil.example",
  "/\\/evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r\n/evil.example",
  "\t//evil.example",
  " //evil.example",
  "/ /evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/a/..//evil.example",
  "/a/../..//evil.example",
  "/%2e//evil.example",
  "/%2E%2E//evil.example",
  "https://evil.example",
  "http:evil.example",
  "https:/evil.example",
  "https:\\\\evil.example",
  "HTTPS://evil.example",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "blob:https://bff.example/x",
  "evil.example",
  "@evil.example",
  ".evil.example",
  "bff.example",
  "https://bff.example@evil.example",
  "https://bff.example.evil.example",
  "https://bff.example/",
  "?x=//evil.example",
  "#//evil.example",
  "",
  "/\u0000/evil.example",
  "/\u2028/evil.example",
  "/\uFF0F\uFF0Fevil.example",
  "/\u00A0/evil.example",
  "/%\\evil",
  "/x\r\nset-cookie: a=b",
  "/auth/logout",
  "/auth/callback?code=x",
  "/AUTH/login",
  "/./auth/login",
  "/x/../auth/login",
  `/${"x".repeat(600)}`,
];

describe("row 33: a way back", () => {
  it.each(hostile.map((text) => [JSON.stringify(text), text]))("that is %s leads nowhere", async (_shown, text) => {
    const rig = createLoginRig({ provider });
    const answer = await rig.person().ask(`${publicUrl}/auth/login?return_to=${encodeURIComponent(text)}`);
    await expectPage(answer, 400);
    expect(answer.headers.get("location")).toBeNull();
    expect(rig.fetched).toEqual([]);
  });

  it.each(["return_to=/a&return_to=//evil.example", "return_to[]=/a", "other=1", "return_to=/a&x=1"])(
    "with %s leads nowhere",
    async (search) => {
      const rig = createLoginRig({ provider });
      await expectPage(await rig.person().ask(`${publicUrl}/auth/login?${search}`), 400);
    },
  );

  it.each(["/", "/docs", "/a/b?x=//evil.example&y=%2F#//z", "/authors", "/a//b", "/?return_to=https://evil.example"])(
    "that is %s stays here",
    (text) => {
      expect(readReturnTo(text, publicUrl)).toBe(text);
    },
  );
});
