// What a token must say, as a pure function of its payload and the time.
import fc from "fast-check";
import { compactVerify, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { checkClaims } from "../../src/identity/claims.ts";
import type { ClaimRules } from "../../src/identity/claims.ts";
import { audience, forgeToken, goodClaims, issuer, signWith } from "../support/tokens.ts";

const now = Date.UTC(2026, 10, 22, 10);
const seconds = now / 1000;
const rules: ClaimRules = { issuer, audiences: [audience, "https://other.example"], hasServiceTokens: false };
const good = goodClaims(now);

const bytesOf = (payload: string | object) =>
  new TextEncoder().encode(typeof payload === "string" ? payload : JSON.stringify(payload));
/** The fault, or the subject. */
const verdictOn = (payload: string | object, given = rules, at = now) => {
  const checked = checkClaims(bytesOf(payload), given, at);
  return checked.ok ? checked.value.subject : checked.failure;
};
const without = (name: keyof typeof good) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));

describe("claims", () => {
  it("of a good token say who it is, until when, and all else as it was", () => {
    const claims = { ...good, roles: ["admin"], "https://example.com/nested": { a: [1] } };
    expect(checkClaims(bytesOf(claims), rules, now)).toEqual({
      ok: true,
      value: { subject: "user-1", claims, expiresAt: (seconds + 300) * 1000 },
    });
  });

  it.each([
    ["another issuer", { ...good, iss: "https://evil.example" }, "issuer"],
    ["an issuer that only begins alike", { ...good, iss: `${issuer}/` }, "issuer"],
    ["an issuer in a list", { ...good, iss: [issuer] }, "issuer"],
    ["no issuer", without("iss"), "issuer"],
    ["another audience", { ...good, aud: "https://evil.example" }, "audience"],
    ["no audience", without("aud"), "audience"],
    ["an empty list of audiences", { ...good, aud: [] }, "audience"],
    ["an audience that only begins alike", { ...good, aud: `${audience}.evil.example` }, "audience"],
    ["audiences that are no texts", { ...good, aud: [audience, 7] }, "audience"],
    ["an audience in an object", { ...good, aud: { 0: audience, length: 1 } }, "audience"],
    ["no subject", without("sub"), "subject"],
    ["an empty subject", { ...good, sub: "" }, "subject"],
    ["an empty subject and a name", { ...good, sub: "", common_name: "service" }, "subject"],
    ["a subject that is a number", { ...good, sub: 7 }, "subject"],
    ["a subject of 257 characters", { ...good, sub: "s".repeat(257) }, "subject"],
    ["a subject of 256 characters", { ...good, sub: "s".repeat(256) }, "s".repeat(256)],
    ["one audience of several", { ...good, aud: ["https://evil.example", audience] }, "user-1"],
    ["the other accepted audience", { ...good, aud: "https://other.example" }, "user-1"],
    ["no nbf and no iat", without("iat"), "user-1"],
  ])("with %s end as they should", (_, payload, verdict) => {
    expect(verdictOn(payload)).toBe(verdict);
  });

  it.each(["", "null", "[]", '"text"', "7", "{", '{"a":1}}', `\ufeff${JSON.stringify(good)}`, "[".repeat(6000)])(
    "are none in %j",
    (payload) => {
      expect(verdictOn(payload)).toBe("claims");
    },
  );

  it("are none in bytes that are no UTF-8", () => {
    const bytes = Uint8Array.from([...bytesOf({ ...good, name: "x" })].map((byte) => (byte === 0x78 ? 0xff : byte)));
    expect(checkClaims(bytes, rules, now)).toEqual({ ok: false, failure: "claims" });
  });

  it("named like what objects inherit are claims like any other, and stand in for nothing", () => {
    const payload = JSON.stringify(good).replace("{", '{"__proto__":{"sub":"evil","admin":true},"constructor":1,');
    const checked = checkClaims(bytesOf(payload), rules, now);
    expect(checked.ok && checked.value.subject).toBe("user-1");
    expect(checked.ok && "admin" in checked.value.claims).toBe(false);
    const inherited = JSON.stringify(without("sub")).replace("{", '{"__proto__":{"sub":"evil"},');
    expect(verdictOn(inherited)).toBe("subject");
  });

  it("of a service token behind Access name the service, and only there", () => {
    const service = { ...good, sub: "", common_name: "e367826f93b8d71185e03fe518aff3b4.access" };
    const access = { ...rules, hasServiceTokens: true };
    expect(verdictOn(service, access)).toBe("e367826f93b8d71185e03fe518aff3b4.access");
    expect(verdictOn({ ...service, common_name: "" }, access)).toBe("subject");
    expect(verdictOn({ ...service, common_name: 7 }, access)).toBe("subject");
    expect(verdictOn({ ...without("sub"), common_name: "service" }, access)).toBe("subject");
    expect(verdictOn({ ...good, common_name: "somebody" }, access)).toBe("user-1");
  });
});

const oddDates = fc.oneof(
  fc.constantFrom(
    "9999999999",
    "",
    "now",
    null,
    true,
    [],
    {},
    [9_999_999_999],
    -1,
    -0.5,
    2 ** 40 + 1,
    1e300,
    1e21,
    -1e21,
  ),
  fc.string(),
  fc.integer({ max: -1 }),
  fc.double({ min: 2 ** 40, minExcluded: true, noNaN: true, noDefaultInfinity: true }),
);

describe("dates", () => {
  it("are plain numbers within bounds, or the token is nobody's", () => {
    fc.assert(
      fc.property(fc.constantFrom("exp", "nbf", "iat"), oddDates, (name, value) => {
        expect(verdictOn({ ...good, [name]: value })).toBe(name);
      }),
    );
  });

  it.each(["1e400", "-1e400", "1e999"])("written as %s are refused", (text) => {
    for (const name of ["exp", "nbf", "iat"]) {
      const payload = JSON.stringify({ ...good, [name]: 0 }).replace(`"${name}":0`, `"${name}":${text}`);
      expect(payload).toContain(text);
      expect(verdictOn(payload)).toBe(name);
    }
  });

  it.each(["NaN", "Infinity", "0x7fffffff", "undefined"])("written as %s are no JSON", (text) => {
    expect(verdictOn(JSON.stringify({ ...good, exp: 0 }).replace('"exp":0', `"exp":${text}`))).toBe("claims");
  });

  it("hold for 30 s of difference between two clocks and no more", () => {
    const cases: [string, object, number, string][] = [
      ["exp", { ...good, exp: seconds - 29 }, 0, "user-1"],
      ["exp", { ...good, exp: seconds - 31 }, 0, "expired"],
      ["exp, to the millisecond", { ...good, exp: seconds - 29 }, 999, "user-1"],
      ["exp, to the millisecond", { ...good, exp: seconds - 29 }, 1000, "expired"],
      ["nbf", { ...good, nbf: seconds + 29 }, 0, "user-1"],
      ["nbf", { ...good, nbf: seconds + 31 }, 0, "not_yet_valid"],
      ["iat", { ...good, iat: seconds + 29 }, 0, "user-1"],
      ["iat", { ...good, iat: seconds + 31 }, 0, "issued_later"],
      ["a fraction", { ...good, exp: seconds + 0.5 }, 0, "user-1"],
    ];
    for (const [name, payload, later, verdict] of cases) {
      expect(verdictOn(payload, rules, now + later), name).toBe(verdict);
    }
  });

  it("let nothing through that a library of good name refuses, and never throw", async () => {
    const secret = new TextEncoder().encode("a shared secret of 32 bytes or so");
    const anyClaim = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(issuer, audience, [audience], seconds, seconds + 60, "user-1"),
    );
    const payloads = fc
      .record(
        { iss: anyClaim, aud: anyClaim, sub: anyClaim, exp: anyClaim, nbf: anyClaim, iat: anyClaim },
        { requiredKeys: [] },
      )
      .chain((odd) =>
        fc.subarray(Object.keys(odd)).map((names) => ({
          ...good,
          ...Object.fromEntries(Object.entries(odd).filter(([name]) => names.includes(name))),
        })),
      );
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        const token = forgeToken({ alg: "HS256" }, payload, signWith("HS256", secret));
        const { payload: signed } = await compactVerify(token, secret);
        const ours = checkClaims(signed, rules, now);
        const theirs = await jwtVerify(token, secret, {
          issuer,
          audience: [...rules.audiences],
          requiredClaims: ["exp", "sub"],
          clockTolerance: 30,
          currentDate: new Date(now),
        }).then(
          () => true,
          () => false,
        );
        if (ours.ok) {
          taken += 1;
          expect(theirs).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(10);
  });
});
