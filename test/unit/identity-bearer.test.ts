// What of a header field is a token.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bareToken, bearerToken } from "../../src/identity/bearer.ts";
import type { IdentitySettings } from "../../src/identity/identity.ts";
import { createIdentityRig } from "../support/identity-rig.ts";
import { apiKeyOf, audience, forgeToken, goodClaims, issuer, signWith } from "../support/tokens.ts";

const token = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";

describe("the token of Authorization", () => {
  it("comes after the scheme in any case and one space or more", () => {
    for (const field of [`Bearer ${token}`, `bearer ${token}`, `BEARER ${token}`, `bEaReR    ${token}`]) {
      expect(bearerToken(field)).toEqual({ ok: true, value: token });
    }
  });

  it.each([
    [undefined, "no_token"],
    ["", "no_token"],
    ["Bearer", "not_bearer"],
    ["Bearer ", "no_token"],
    [`Bearer${token}`, "not_bearer"],
    [`Bearer\t${token}`, "not_bearer"],
    [`Bearer:${token}`, "not_bearer"],
    [`Bearer\u00a0${token}`, "not_bearer"],
    [` Bearer ${token}`, "not_bearer"],
    [`Basic ${token}`, "not_bearer"],
    [`Token ${token}`, "not_bearer"],
    [`Digest ${token}`, "not_bearer"],
    [token, "not_bearer"],
  ])("is none in %j", (field, fault) => {
    expect(bearerToken(field)).toEqual({ ok: false, failure: fault });
  });

  it("has at most 8 KiB", () => {
    expect(bearerToken(`Bearer ${"a".repeat(8192)}`)).toEqual({ ok: true, value: "a".repeat(8192) });
    expect(bearerToken(`Bearer ${"a".repeat(8193)}`)).toEqual({ ok: false, failure: "too_long" });
  });
});

describe("a field that is a token", () => {
  it("is taken as it is, without a scheme", () => {
    expect(bareToken(token)).toEqual({ ok: true, value: token });
    expect(bareToken(undefined)).toEqual({ ok: false, failure: "no_token" });
    expect(bareToken("")).toEqual({ ok: false, failure: "no_token" });
    expect(bareToken("a".repeat(8193))).toEqual({ ok: false, failure: "too_long" });
  });
});

describe("a good token with anything else in its field", () => {
  const secret = new TextEncoder().encode("a shared secret of 32 bytes or so");
  const key = apiKeyOf("ssr");
  const jwt: IdentitySettings = { mode: "jwt", issuer, audiences: [audience], key: { type: "secret", secret } };
  const keys: IdentitySettings = { mode: "key", keys: new Map([["ssr", key.hash]]) };

  it.each([
    ["jwt", jwt],
    ["key", keys],
  ] as const)("is nobody's in mode %s", async (mode, settings) => {
    const rig = createIdentityRig(settings);
    const good =
      mode === "key" ? key.key : forgeToken({ alg: "HS256" }, goodClaims(rig.clock.now()), signWith("HS256", secret));
    expect(await rig.identify(good)).toMatchObject({ ok: true });
    const extra = fc.oneof(
      fc.constantFrom(" ", "\t", "\u0000", "\r\n", ",", ", ", ";", '"', "é", "\u00a0", "\u2028", "=", ".", "%00"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(extra, fc.boolean(), async (text, isBefore) => {
        const field = isBefore ? `${text}${good}` : `${good}${text}`;
        // Spaces before a token are what the scheme ends in.
        if (field.replace(/^ +/, "") === good) return;
        expect(await rig.identify(field)).toEqual({ ok: false, failure: { code: "unauthorized" } });
      }),
      { numRuns: 300 },
    );
    expect(await rig.identify(`${good} ${good}`)).toMatchObject({ ok: false });
    expect(await rig.identify(`${good}, Bearer ${good}`)).toMatchObject({ ok: false });
  });
});
