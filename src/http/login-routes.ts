// `/auth/…`: to the provider and back, who is logged in, and out again. From a request to what the login does, and from its outcome to
// a redirect, a page or JSON.
//
// What a browser is told is fixed: a redirect goes to the provider, or to a path of this service; a login that fails ends on one plain page.
// Addresses come from the configuration, never from the request.
import type { Context, Hono } from "hono";
import type { Config } from "../config/config.ts";
import type { Failure } from "../ground/errors.ts";
import { reportTo, type Log } from "../ground/log.ts";
import { isoTime, type Report } from "../ground/runtime.ts";
import { createCookieReader } from "../identity/cookie-field.ts";
import { isFirstParty } from "../identity/first-party.ts";
import { clientOf } from "../limits/client.ts";
import type { ClientLimiter } from "../limits/limiter.ts";
import { attemptNameOf } from "../login/attempt.ts";
import { callbackPath, cookieCharactersMax, type Login, type LoginFault } from "../login/login.ts";
import { readReturnTo } from "../login/return-to.ts";
import { createLoginCookies } from "./login-cookies.ts";
import { loginPage, type LoginPage } from "./login-pages.ts";
import type { ReadBody } from "./request-body.ts";
import type { Visitors } from "../service/visitors.ts";
import { credentialsOf } from "./data-routes.ts";
import { deferOf, type AppEnv } from "./exchange.ts";

export const loginPaths = {
  login: "/auth/login",
  callback: callbackPath,
  me: "/auth/me",
  logout: "/auth/logout",
  backchannel: "/auth/backchannel-logout",
} as const;

/** A logout token and what stands around it. */
const bodyBytesMax = 16 * 1024;

/** A browser may be on its way to the provider in so many tabs at once; with one more, the oldest is forgotten. */
const attemptsMax = 4;

export type LoginRouteParts = {
  login: Login;
  settings: NonNullable<Config["login"]>;
  visitors: Visitors;
  /** Of all requests of a client; of credentials that must be checked, by address. */
  requests: ClientLimiter;
  checks: ClientLimiter;
  readBody: ReadBody;
  log: Log;
  /** The address a request came from, as the platform knows it; never a header that a client can set. */
  addressOf: (request: Request) => string | undefined;
  /** Path and query as they came in. */
  targetOf: (request: Request) => string;
};

export function addLoginRoutes(app: Hono<AppEnv>, parts: LoginRouteParts): void {
  const { login, settings, visitors, requests, checks, readBody, addressOf, targetOf } = parts;
  const { publicUrl, cookieName, origins } = settings;
  const cookies = createLoginCookies(cookieName);
  const cookieIn = createCookieReader(cookieName);
  const ofProvider = reportTo(parts.log, "login");

  const searchOf = (c: Context<AppEnv>) => /\?[^#]*/.exec(targetOf(c.req.raw))?.[0] ?? "";
  const ownCookie = (c: Context<AppEnv>): string | undefined => {
    const found = cookieIn(c.req.header("cookie"));
    return found.ok ? found.value : undefined;
  };

  /** What is fetched of the provider is nobody's request: it may end long after the line of the one that began it. */
  function contextOf(c: Context<AppEnv>): { report: Report; defer: ReturnType<typeof deferOf> } {
    const { report } = c.get("exchange").trace;
    const isOfProvider = /^(?:login\.provider|identity\.keys)/;
    return {
      defer: deferOf(c),
      report: (event) => (isOfProvider.test(event.type) ? ofProvider : report)(event),
    };
  }

  function show(c: Context<AppEnv>, status: number, page: LoginPage, detail?: string): Response {
    const exchange = c.get("exchange");
    const body = loginPage(page, { requestId: exchange.requestId, ...(detail !== undefined && { detail }) });
    return exchange.answer(status, body, { "content-type": "text/html; charset=utf-8" });
  }

  function showFault(c: Context<AppEnv>, fault: LoginFault): Response {
    const { report } = c.get("exchange").trace;
    switch (fault.type) {
      case "unavailable": {
        report({ type: "login.unavailable", reason: fault.reason });
        const answer = show(c, 503, "unavailable");
        answer.headers.set("retry-after", String(fault.retryAfterSeconds));
        return answer;
      }
      case "too_large":
        report({ type: "login.refused", reason: "too_large" });
        return show(c, 403, "too_large", `It takes ${fault.characters} characters, and ${cookieCharactersMax} fit.`);
      case "refused":
        report({ type: "login.refused", reason: fault.reason });
        return show(c, 400, "refused");
    }
  }

  /** Why this client may not ask now. */
  async function limitOf(c: Context<AppEnv>): Promise<Failure | undefined> {
    const allowance = await requests.takeBelowCeiling(clientOf(addressOf(c.req.raw)));
    return allowance.code === "rate_limited" ? allowance : undefined;
  }

  const withCookies = (answer: Response, ...set: readonly string[]): Response => {
    for (const cookie of set) answer.headers.append("set-cookie", cookie);
    return answer;
  };

  /** Attempts that a further one leaves no room for, and whatever is none of ours. */
  async function supernumerary(field: string | undefined): Promise<readonly string[]> {
    const kept = [...cookies.attemptsIn(field)];
    const ends = await Promise.all(
      kept.map(async ([name, value]) => ({ name, at: (await login.attemptEndsAt(value)) ?? 0 })),
    );
    const newest = ends.filter(({ at }) => at > 0).sort((one, other) => other.at - one.at);
    const staying = newest.slice(0, attemptsMax - 1).map(({ name }) => name);
    return kept.flatMap(([name]) => (staying.includes(name) ? [] : [name]));
  }

  app.get(loginPaths.login, async (c) => {
    const exchange = c.get("exchange");
    // For a person to go to: an image or a frame on a foreign page would push out the attempts that are under way.
    if ((c.req.header("sec-fetch-dest") ?? "document") !== "document") {
      return exchange.refuse({ code: "not_first_party" });
    }
    const limited = await limitOf(c);
    if (limited) return exchange.refuse(limited);
    const [[name = "return_to", asked = "/"] = [], ...others] = new URLSearchParams(searchOf(c));
    const returnTo = name === "return_to" && others.length === 0 ? readReturnTo(asked, publicUrl) : undefined;
    if (returnTo === undefined) {
      exchange.trace.report({ type: "login.refused", reason: "return_to" });
      return show(c, 400, "link");
    }
    const begun = await login.begin(returnTo, contextOf(c));
    if (!begun.ok) return showFault(c, begun.failure);
    const { location, attempt } = begun.value;
    const forgotten = await supernumerary(c.req.header("cookie"));
    exchange.trace.report({ type: "login.began" });
    return withCookies(
      exchange.answer(302, null, { location }),
      ...forgotten.map(cookies.clearAttempt),
      cookies.setAttempt(attempt.name, attempt.value, attempt.seconds),
    );
  });

  app.get(loginPaths.callback, async (c) => {
    const exchange = c.get("exchange");
    const limited = await limitOf(c);
    if (limited) return exchange.refuse(limited);
    const search = searchOf(c);
    const name = attemptNameOf(new URLSearchParams(search).get("state"));
    const attempt = name === undefined ? undefined : cookies.attemptsIn(c.req.header("cookie")).get(name);
    // As with credentials: what costs no cryptography is not counted, and neither is what was no guess.
    const client = clientOf(addressOf(c.req.raw));
    const counted = attempt === undefined ? undefined : checks.take(client);
    if (counted?.code === "rate_limited") return exchange.refuse(counted);
    const finished = await login.finish({ search, attempt, previous: ownCookie(c) }, contextOf(c));
    const used = name !== undefined && attempt !== undefined ? [cookies.clearAttempt(name)] : [];
    if (counted && (finished.ok || finished.failure.type === "unavailable")) checks.giveBack(client);
    if (!finished.ok) return withCookies(showFault(c, finished.failure), ...used);
    exchange.trace.report({ type: "login.completed" });
    const { cookie, seconds, returnTo } = finished.value;
    return withCookies(exchange.answer(302, null, { location: returnTo }), ...used, cookies.set(cookie, seconds));
  });

  app.get(loginPaths.me, async (c) => {
    const exchange = c.get("exchange");
    const address = addressOf(c.req.raw);
    const identified = await visitors.identify(credentialsOf(c), { address, ...contextOf(c) });
    if (!identified.ok) return exchange.refuse(identified.failure);
    const { client, principal } = identified.value;
    const allowance = await requests.takeBelowCeiling(client ?? clientOf(address));
    if (allowance.code === "rate_limited") return exchange.refuse(allowance);
    const { subject, claims, expiresAt } = principal;
    const body = { subject, claims, ends_at: isoTime(expiresAt), logout_url: publicUrl + loginPaths.logout };
    return exchange.answer(200, JSON.stringify(body), { "content-type": "application/json" });
  });

  app.post(loginPaths.logout, async (c) => {
    const exchange = c.get("exchange");
    // Without a cookie too: no page of another site logs anybody out, or learns what our logout says.
    if (!isFirstParty(credentialsOf(c), publicUrl, origins)) return exchange.refuse({ code: "not_first_party" });
    const limited = await limitOf(c);
    if (limited) return exchange.refuse(limited);
    const cookie = ownCookie(c);
    const { isEnded, provider: ended } = await login.end(cookie, contextOf(c));
    if (cookie !== undefined && isEnded) exchange.trace.report({ type: "login.ended", by: "person" });
    if (!isEnded) exchange.trace.report({ type: "login.unavailable", reason: "logins" });
    const attempts = [...cookies.attemptsIn(c.req.header("cookie")).keys()].map(cookies.clearAttempt);
    // A form goes where it is sent; a script is told, and sends the person itself.
    const answer =
      c.req.header("sec-fetch-mode") === "navigate"
        ? exchange.answer(303, null, { location: ended ?? "/" })
        : exchange.answer(200, JSON.stringify({ redirect_to: ended ?? null }), { "content-type": "application/json" });
    return withCookies(answer, cookies.clear(), ...attempts);
  });

  if (settings.store === undefined) return;
  app.post(loginPaths.backchannel, async (c) => {
    const exchange = c.get("exchange");
    const limited = await limitOf(c);
    if (limited) return exchange.refuse(limited);
    const body = await readBody(c.req.raw, bodyBytesMax);
    if (!body.ok) return exchange.refuse(body.failure);
    const token = new URLSearchParams(new TextDecoder().decode(body.value)).get("logout_token") ?? "";
    const ended = await login.endByProvider(token, contextOf(c));
    if (ended.ok) {
      exchange.trace.report({ type: "login.ended", by: "provider" });
      return exchange.answer(200, null);
    }
    const { failure } = ended;
    if (failure.type === "unavailable") {
      exchange.trace.report({ type: "login.unavailable", reason: failure.reason });
      return exchange.refuse({ code: "identity_unavailable", retryAfterSeconds: failure.retryAfterSeconds });
    }
    exchange.trace.report({
      type: "login.refused",
      reason: failure.type === "refused" ? failure.reason : failure.type,
    });
    return exchange.refuse({ code: "invalid_body" });
  });
}
