// Row 125: whoever sends garbage for tokens must not lock out others at the same address. Row 129: no
// length of X-Forwarded-For makes a second client.
import { describe, expect, it } from "vitest";
import { createProxyTrust } from "../../src/entries/proxy-trust.ts";
import { createTestService, ownPath } from "../support/app.ts";
import { bearer, jwtAudience, jwtIssuer, keyed, serverKey, signed, tokenOf, withKeysAt } from "../support/callers.ts";
import { forgeToken } from "../support/tokens.ts";

const few = { CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: "5" };

describe("row 125: credentials of one address", () => {
  const garbage = [
    ["one character", "x"],
    ["no JWT", "not.a.jwt.at.all"],
    ["an algorithm that is not ours", forgeToken({ alg: "none" }, { sub: "x" }, () => Buffer.from("x"))],
    ["more than a token may be", "x".repeat(9_000)],
  ] as const;

  it.each(garbage)("row 125: 700 of them that are %s leave a good token its answer", async (_, token) => {
    const service = createTestService({ settings: { ...signed({}), ...few } });
    for (let count = 0; count < 700; count += 1) {
      expect((await service.send(ownPath, { headers: bearer(token) })).status).toBe(401);
    }
    const good = await tokenOf({}, service.clock.now());
    expect((await service.send(ownPath, { headers: bearer(good) })).status).toBe(200);
  });

  it.each([
    ["have ended", (seconds: number) => ({ exp: seconds - 60 })],
    ["are for another service", () => ({ aud: "another" })],
    ["are of another issuer", () => ({ iss: "https://evil.example" })],
  ])("row 125: 700 of them that %s leave a good token its answer, though their signatures are bad", async (_, odd) => {
    const service = createTestService({ settings: { ...signed({}), ...few } });
    const now = service.clock.now();
    for (let page = 0; page < 700; page += 1) {
      const token = await tokenOf({ sub: `page-${page}`, ...odd(now / 1000) }, now);
      expect((await service.send(ownPath, { headers: bearer(`${token}x`) })).status).toBe(401);
    }
    expect((await service.send(ownPath, { headers: bearer(await tokenOf({}, now)) })).status).toBe(200);
  });

  it("row 125: that can't be checked, because the keys can't be had, are not counted", async () => {
    const service = createTestService({
      settings: { ...withKeysAt("https://login.example/keys"), ...few },
      keys: async () => new Response(null, { status: 500 }),
    });
    const claims = { iss: jwtIssuer, aud: jwtAudience, sub: "somebody", exp: service.clock.now() / 1000 + 300 };
    for (let count = 0; count < 20; count += 1) {
      const token = forgeToken({ alg: "ES256", kid: "one" }, { ...claims, count }, () => Buffer.from("x"));
      expect((await service.send(ownPath, { headers: bearer(token) })).status).toBe(503);
    }
  });

  it("row 125: of a wrong form leave an API key its answer", async () => {
    const service = createTestService({ settings: { ...keyed({}), ...few } });
    for (let count = 0; count < 700; count += 1) {
      expect((await service.send(ownPath, { headers: bearer("rtkb_server_short") })).status).toBe(401);
    }
    expect((await service.send(ownPath, { headers: bearer(serverKey) })).status).toBe(200);
  });

  it("row 125: that are good are not counted, however many people share the address", async () => {
    const service = createTestService({ settings: { ...signed({}), ...few } });
    for (let person = 0; person < 50; person += 1) {
      const token = await tokenOf({ sub: `person-${person}` }, service.clock.now());
      expect((await service.send(ownPath, { headers: bearer(token) })).status).toBe(200);
    }
  });

  it("row 125: that are wrong in earnest are refused unchecked after the limit, with the limit's name", async () => {
    const service = createTestService({ settings: { ...signed({}), ...few } });
    const now = service.clock.now();
    const statuses: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      const token = `${(await tokenOf({ sub: `x${count}` }, now)).slice(0, -6)}AAAAAA`;
      const answer = await service.send(ownPath, { headers: bearer(token) });
      statuses.push(answer.status);
      if (answer.status === 429)
        expect(await answer.json()).toMatchObject({ detail: expect.stringContaining("credentials") });
    }
    expect(statuses).toEqual([...Array<number>(5).fill(401), ...Array<number>(5).fill(429)]);
  });
});

describe("row 129: X-Forwarded-For", () => {
  const trust = createProxyTrust(["10.0.0.0/8"]);
  const client = "198.51.100.7";

  it.each([
    ["4,100 characters of junk", "x".repeat(4_100)],
    ["a thousand addresses", Array.from({ length: 1_000 }, (_, place) => `203.0.113.${place % 250}`).join(", ")],
    ["a thousand commas", ",".repeat(1_000)],
    ["16 KiB of blanks", " ".repeat(16_384)],
  ])("row 129: is read from the right, so that %s before what the proxy appended make no other client", (_, prefix) => {
    expect(trust.clientAddress("10.0.0.1", `${prefix}, ${client}`)).toBe(client);
    expect(trust.clientAddress("10.0.0.1", `${prefix}, ${client}, 10.0.0.2`)).toBe(client);
  });

  it("row 129: of nothing but proxies, or of more than 32, is the peer's", () => {
    expect(trust.clientAddress("10.0.0.1", Array<string>(100).fill("10.0.0.3").join(","))).toBe("10.0.0.1");
    expect(trust.clientAddress("10.0.0.1", "10.0.0.2")).toBe("10.0.0.1");
  });
});
