// What of a request says who is asking: one header for each mode, and nothing else that a client, a proxy or a browser may send.
import { describe, expect, it } from "vitest";
import { bearer, signed, tokenOf } from "../support/callers.ts";
import { actorsAt, createDeployment, own, schoolSettings, stableOf } from "../support/actors.ts";
import { createTestClock } from "../support/clock.ts";
import { requestHeaders } from "../support/corpora.ts";
import { closedModes, headersOf } from "../support/modes.ts";

const page = `/v1/apps/${own.alias}/sessions`;

/** Where others look for a proof, for headers with the proof in them and for the queries. */
const placesOf = (proof: string): readonly (readonly [name: string, value: string])[] => [
  ...[
    "CF_Authorization",
    "Authorization",
    "authorization",
    "token",
    "access_token",
    "session",
    "__Host-token",
    "jwt",
    "id_token",
  ].map((name) => ["cookie", `${name}=${proof}`] as const),
  ["cookie", `authorization="Bearer ${proof}"`],
  ...["authorization", "cf-access-jwt-assertion"].flatMap((name) => [
    [name, proof] as const,
    [name, `Bearer ${proof}`] as const,
    [name, `Token ${proof}`] as const,
    [name, `Basic ${Buffer.from(`user:${proof}`).toString("base64")}`] as const,
  ]),
  ...(
    "proxy-authorization x-authorization x-auth-token x-access-token x-api-key x-api-token api-key apikey x-auth-key x-token token " +
    "x-amzn-oidc-data x-amzn-oidc-accesstoken x-goog-iap-jwt-assertion x-ms-token-aad-id-token x-forwarded-access-token " +
    "x-id-token x-jwt-assertion cf-access-token cf-access-client-secret sec-websocket-protocol x-original-authorization"
  )
    .split(" ")
    .flatMap((name) => [[name, proof] as const, [name, `Bearer ${proof}`] as const]),
];

/** Identities that a proxy is said to have checked. */
const claimed: readonly (readonly [name: string, value: string])[] = [
  ["cf-access-authenticated-user-email", "admin@example.com"],
  ["cf-access-client-id", "server.access"],
  ["cf-access-user", "admin"],
  ["x-forwarded-user", "admin"],
  ["x-forwarded-email", "admin@example.com"],
  ["x-forwarded-groups", "admin"],
  ["x-auth-request-user", "admin"],
  ["x-auth-request-email", "admin@example.com"],
  ["x-authenticated-user", "admin"],
  ["x-remote-user", "admin"],
  ["remote-user", "admin"],
  ["x-webauth-user", "admin"],
  ["x-user", "admin"],
  ["x-user-id", "1"],
  ["x-roles", "admin"],
  ["x-goog-authenticated-user-email", "accounts.google.com:admin@example.com"],
  ["x-ms-client-principal-name", "admin"],
  ["x-client-verify", "SUCCESS"],
  ["x-ssl-client-s-dn", "CN=admin"],
  ["x-forwarded-client-cert", "Subject=admin"],
  ["x-internal-request", "true"],
  ["from", "admin@example.com"],
];

const queryNames = [
  "access_token",
  "token",
  "authorization",
  "Authorization",
  "apiToken",
  "api_key",
  "key",
  "jwt",
  "cf-access-jwt-assertion",
];

describe.each(closedModes)("with AUTH_MODE $mode", (mode) => {
  const deployment = mode.open();
  const places = [...placesOf(mode.proof), ...claimed].filter(
    // The right header with the right thing in it. The scheme is part of it for one, and not for the other.
    ([name, value]) => !(name === mode.field && value === mode.value),
  );

  it("rows 27, 28 and 44: a proof in any other place is none, cold and when the page is kept", async () => {
    const nobody = await stableOf(await deployment.send(page));
    expect(nobody.status).toBe(401);
    for (const round of ["cold", "kept"]) {
      if (round === "kept") {
        expect((await deployment.send(page, { headers: headersOf(mode) })).status).toBe(200);
        expect(deployment.short(page, headersOf(mode))?.status).toBe(200);
      }
      const before = deployment.counts();
      for (const [name, value] of places) {
        expect({ name, ...(await stableOf(await deployment.send(page, { headers: { [name]: value } }))) }).toEqual({
          name,
          ...nobody,
        });
        expect(deployment.short(page, { [name]: value })).toBeUndefined();
      }
      for (const name of queryNames) {
        for (const value of [mode.proof, encodeURIComponent(`Bearer ${mode.proof}`)]) {
          const answer = await deployment.send(`${page}?${name}=${value}`);
          expect({ name, ...(await stableOf(answer)) }).toEqual({ name, ...nobody });
        }
      }
      expect(deployment.counts()).toEqual(before);
    }
  });

  it("rows 28 and 44: nothing else changes what a known caller is shown, nor what is sent upstream", async () => {
    const others = [...claimed, ...Object.entries(requestHeaders), ...placesOf("x.y.z")].filter(
      ([name]) => name !== mode.field && name !== "sec-fetch-site",
    );
    const headers = headersOf(mode);
    const expected = await stableOf(await deployment.send(page, { headers }));
    for (const [name, value] of others) {
      const answer = await deployment.send(page, { headers: { ...headers, [name]: value } });
      expect({ name, ...(await stableOf(answer)) }).toEqual({ name, ...expected });
    }
    const cold = mode.open();
    for (const [place, [name, value]] of others.entries()) {
      await cold.send(`${page}?page_no=${place + 1}`, { headers: { ...headers, [name]: value } });
    }
    expect(cold.fetched).toHaveLength(others.length);
    const sent = new Set(cold.fetched.map((call) => JSON.stringify([...call.headers])));
    expect(sent.size).toBe(1);
    for (const { url, headers: outbound } of cold.fetched) {
      expect(outbound.has("cookie")).toBe(false);
      expect(JSON.stringify([url, ...outbound])).not.toContain(mode.proof);
    }
  });
});

describe("credentials that are checked, and the limit on them", () => {
  const limit = 20;
  const limits = { CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: String(limit) };
  const newcomers = (sub: string, now: number) => tokenOf({ sub }, now).then(bearer);

  it("row 30: requests without anything to check are refused as they are, and shut no newcomer of their address out", async () => {
    const deployment = createDeployment({ ...signed({}), ...limits });
    const now = deployment.clock.now();
    const nothing: readonly Record<string, string>[] = [
      {},
      { authorization: "" },
      { authorization: "Basic dXNlcjpwYXNz" },
      { authorization: "Bearer " },
      { authorization: `Bearer ${"x".repeat(9_000)}` },
      { cookie: "session=1" },
    ];
    for (let time = 0; time < 5 * limit; time += 1) {
      const headers = nothing[time % nothing.length] ?? {};
      expect((await deployment.send(page, { headers })).status).toBe(401);
    }
    for (let time = 0; time < limit; time += 1) {
      const headers = await newcomers(`newcomer-${time}`, now);
      expect((await deployment.send(page, { headers })).status).toBe(200);
    }
  });

  it("row 30: whoever guesses is told to wait, at no cost, and whoever was known before goes on", async () => {
    const deployment = createDeployment({ ...signed({}), ...limits });
    const now = deployment.clock.now();
    const known = await newcomers("known", now);
    expect((await deployment.send(page, { headers: known })).status).toBe(200);
    const statuses: number[] = [];
    for (let guess = 0; guess < 3 * limit; guess += 1) {
      const { authorization } = await newcomers(`guess-${guess}`, now);
      const headers = { authorization: authorization.replace(/.{8}$/, "AAAAAAAA") };
      statuses.push((await deployment.send(page, { headers })).status);
    }
    expect(statuses).toEqual([...Array<number>(limit).fill(401), ...Array<number>(2 * limit).fill(429)]);
    const late = await deployment.send(page, { headers: await newcomers("late", now) });
    expect([late.status, Number(late.headers.get("retry-after"))]).toEqual([429, expect.any(Number)]);
    expect((await deployment.send(page, { headers: known })).status).toBe(200);
    expect((await deployment.send(page)).status).toBe(401);
  });
});

describe("a caller with little, who has the proof of another in other places", () => {
  it("rows 28 and 44: is shown the little", async () => {
    const deployment = createDeployment(schoolSettings);
    const actors = await actorsAt(createTestClock().now());
    const teacher = actors.get("a teacher of A")?.headers ?? {};
    const proof = (actors.get("an admin")?.headers["authorization"] ?? "").replace("Bearer ", "");
    const expected = await stableOf(await deployment.send(page, { headers: teacher }));
    for (const [name, value] of [...placesOf(proof), ...claimed]) {
      if (name === "authorization") continue;
      const answer = await deployment.send(page, { headers: { ...teacher, [name]: value } });
      expect({ name, ...(await stableOf(answer)) }).toEqual({ name, ...expected });
    }
  });
});
