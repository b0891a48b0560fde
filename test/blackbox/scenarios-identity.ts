// Who is let in, and what they see: callers with tokens of a login that publishes its keys, with API keys, behind Access.
import Cloudflare, { AuthenticationError } from "cloudflare";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, it } from "vitest";
import * as z from "zod";
import { SESSION_FIELDS } from "../support/session-list.ts";
import { bearer, jwtAudience, jwtIssuer, keyed, policiesOf, serverKey, withKeysAt } from "../support/callers.ts";
import { serveJson } from "../support/json-server.ts";
import type { JsonServer } from "../support/json-server.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { ask, callCount, withProduct } from "./steps.ts";

const list = "/v1/apps/support/sessions";
const basic = ["id", "associated_id", "status"];

const teacher = {
  when: { claim: "roles", includes: "teacher" },
  apps: ["support"],
  meetings: { fromClaim: "meetings" },
  fields: basic,
};
const admin = { when: { claim: "roles", includes: "admin" } };
const school = { POLICIES: policiesOf(admin, teacher), FRESH_LIVE_SECONDS: "3600", FRESH_RECENT_SECONDS: "3600" };

const Shown = z.object({
  data: z.object({ sessions: z.array(z.record(z.string(), z.unknown())) }),
  paging: z.object({ total_count: z.number().nullable() }),
});
const rowsIn = (text: string) => Shown.parse(JSON.parse(text)).data.sessions;
const withoutRequest = (text: string) => ({
  ...z.record(z.string(), z.unknown()).parse(JSON.parse(text)),
  request_id: "",
  instance: "",
});

type Login = JsonServer & {
  sign(claims: Readonly<Record<string, unknown>>, secondsLeft?: number): Promise<string>;
};

/** A login of somebody's: publishes a key, and signs with it. */
async function openLogin({ isDown = false } = {}): Promise<Login> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const server = await serveJson({
    keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256", use: "sig" }],
  });
  server.setDown(isDown);
  return {
    ...server,
    sign: (claims, secondsLeft = 300) =>
      new SignJWT({ sub: "user-1", ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "one" })
        .setIssuer(jwtIssuer)
        .setAudience(typeof claims["aud"] === "string" ? claims["aud"] : jwtAudience)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + secondsLeft)
        .sign(privateKey),
  };
}

async function withLogin(start: StartProduct, use: (product: Product, login: Login) => Promise<void>): Promise<void> {
  const login = await openLogin();
  try {
    await withProduct(start, { ...withKeysAt(login.url), ...school }, (product) => use(product, login));
  } finally {
    await login.close();
  }
}

export function identityScenarios(start: StartProduct): void {
  it("lets nobody in without a token that is good, says the same to all of them, and asks nobody for it", () =>
    withLogin(start, async (product, login) => {
      const good = await login.sign({ roles: ["admin"] });
      const tokens = [
        "",
        "x",
        good.slice(0, -3),
        `${good}A`,
        await login.sign({ roles: ["admin"] }, -60),
        await login.sign({ aud: "other" }),
      ];
      const refusals = [await ask(product, list)];
      for (const token of tokens) refusals.push(await ask(product, list, { headers: bearer(token) }));
      refusals.push(
        await ask(product, `${list}?token=${good}`),
        await ask(product, list, { headers: { cookie: `token=${good}` } }),
      );
      for (const refusal of refusals) {
        expect(refusal).toMatchObject({ status: 401, code: "unauthorized" });
        expect(withoutRequest(refusal.text)).toEqual(withoutRequest(refusals[0]?.text ?? ""));
      }
      expect(callCount(product)).toBe(0);
      expect((await ask(product, list, { headers: bearer(good) })).status).toBe(200);
      expect(product.logs().join("\n")).not.toContain(good.slice(0, 40));
    }));

  it("shows each caller the meetings and fields of their policy, from one page that was fetched once", () =>
    withLogin(start, async (product, login) => {
      const asAdmin = { headers: bearer(await login.sign({ roles: ["admin"] })) };
      const all = rowsIn((await ask(product, list, asAdmin)).text);
      const [own = "", other = ""] = [...new Set(all.map((row) => String(row["associated_id"])))];
      const asTeacher = { headers: bearer(await login.sign({ roles: ["teacher"], meetings: [own] })) };
      const before = callCount(product);
      const first = await ask(product, list, asTeacher);
      expect(first.status).toBe(200);
      const rows = rowsIn(first.text);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        expect(Object.keys(row).sort()).toEqual(basic.toSorted());
        expect(row["associated_id"]).toBe(own);
      }
      const again = await ask(product, list, asTeacher);
      expect(again.cacheStatus).toContain("hit");
      expect(again.text).toBe(first.text);
      const inFull = await ask(product, `${list}?associated_id=${own}`, asAdmin);
      expect(Object.keys(rowsIn(inFull.text)[0] ?? {})).toEqual(SESSION_FIELDS.filter((field) => field !== "meta"));
      expect(inFull.etag).not.toBe(first.etag);
      expect(callCount(product) - before).toBe(1);
      expect(
        (await ask(product, list, { headers: { ...asTeacher.headers, "if-none-match": first.etag } })).status,
      ).toBe(304);
      expect(
        (await ask(product, list, { headers: { ...asTeacher.headers, "if-none-match": inFull.etag } })).status,
      ).toBe(200);

      const notTheirs = await ask(product, `${list}?associated_id=${other}`, asTeacher);
      const nobodys = await ask(product, `${list}?associated_id=no-such-meeting`, asTeacher);
      expect(notTheirs).toMatchObject({ status: 404, code: "not_found" });
      expect(withoutRequest(notTheirs.text)).toEqual(withoutRequest(nobodys.text));
      for (const looking of ["search=a", "sort_by=minutesConsumed", "start_time=2026-01-01T00:00:00Z"]) {
        expect(await ask(product, `${list}?${looking}`, asTeacher)).toMatchObject({
          status: 400,
          code: "invalid_query",
        });
      }
      const ofTwo = { headers: bearer(await login.sign({ roles: ["teacher"], meetings: [own, other] })) };
      expect(await ask(product, list, ofTwo)).toMatchObject({ status: 400, code: "meeting_required" });
      const asNobody = { headers: bearer(await login.sign({ roles: ["pupil"] })) };
      expect(await ask(product, list, asNobody)).toMatchObject({ status: 403, code: "forbidden" });
      expect(await ask(product, "/v1/apps/school/sessions", asTeacher)).toMatchObject({ status: 404 });
      expect(callCount(product) - before).toBe(1);
      expect(login.fetches()).toBe(1);
    }));

  it("asks for the keys once, however many callers come at the same time", () =>
    withLogin(start, async (product, login) => {
      const tokens = await Promise.all(
        Array.from({ length: 50 }, (_, index) => login.sign({ sub: `user-${index}`, roles: ["admin"] })),
      );
      const answers = await Promise.all(tokens.map((token) => ask(product, list, { headers: bearer(token) })));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(login.fetches()).toBe(1);
      expect(product.logs().join("\n")).toContain("identity.keysFetched");
    }));

  it("takes the caller's own token from the official SDK", () =>
    withLogin(start, async (product, login) => {
      const sdk = async (apiToken: string) => {
        const client = new Cloudflare({
          baseURL: `${product.url}/client/v4`,
          apiToken,
          maxRetries: 0,
          fetch: (address, init) => product.fetch(address, init),
        });
        return client.realtimeKit.sessions.getSessions("support", { account_id: "_" });
      };
      expect((await sdk(await login.sign({ roles: ["admin"] }))).data?.sessions).toHaveLength(25);
      await expect(sdk("not-a-token")).rejects.toBeInstanceOf(AuthenticationError);
    }));

  it("publishes a document that is true of what its callers see", () =>
    withLogin(start, async (product) => {
      const { text } = await ask(product, "/openapi.json");
      const { Session } = z
        .object({ components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }) })
        .parse(JSON.parse(text)).components.schemas;
      expect(new Set(z.array(z.string()).parse(Session?.["required"]))).toEqual(new Set(basic));
    }));

  it("answers 503 with a time to come back, and not 401, where keys can't be had", async () => {
    const login = await openLogin({ isDown: true });
    try {
      await withProduct(start, { ...withKeysAt(login.url), ...school }, async (product) => {
        const token = await login.sign({ roles: ["admin"] });
        const seen = await ask(product, list, { headers: bearer(token) });
        expect(seen).toMatchObject({ status: 503, code: "identity_unavailable" });
        expect(seen.retryAfter).toBeGreaterThanOrEqual(1);
        expect(await ask(product, list)).toMatchObject({ status: 401 });
      });
    } finally {
      await login.close();
    }
  });

  it("lets a server in by its API key, and nobody by a part of it", () =>
    withProduct(start, keyed(), async (product) => {
      expect((await ask(product, list, { headers: bearer(serverKey) })).status).toBe(200);
      for (const key of [
        serverKey.slice(0, -1),
        `${serverKey}s`,
        serverKey.replace("server", "another"),
        "rtkb_server_",
      ]) {
        expect(await ask(product, list, { headers: bearer(key) })).toMatchObject({ status: 401, code: "unauthorized" });
      }
      expect(product.logs().join("\n")).not.toContain(serverKey);
    }));

  it("lets nobody in around Cloudflare Access, whatever they say of themselves (row 27)", () =>
    withProduct(
      start,
      { AUTH_MODE: "access", ACCESS_TEAM: "team", ACCESS_AUDIENCE: "f".repeat(64) },
      async (product) => {
        const claimed = [
          {},
          { "cf-access-authenticated-user-email": "admin@example.com" },
          { cookie: "CF_Authorization=a.b.c" },
          { authorization: `Bearer ${serverKey}` },
          { "cf-access-jwt-assertion": "a.b.c" },
        ];
        for (const headers of claimed) {
          expect(await ask(product, list, { headers })).toMatchObject({ status: 401, code: "unauthorized" });
        }
        expect(callCount(product)).toBe(0);
      },
    ));
}
