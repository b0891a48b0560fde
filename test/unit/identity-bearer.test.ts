// What of a header field is a token.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bareToken, bearerToken } from "../../src/identity/bearer.ts";

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
    [` Bearer ${token}`, "not_bearer"],
    [`Basic ${token}`, "not_bearer"],
    [`Token ${token}`, "not_bearer"],
    [token, "not_bearer"],
    [`Bearer ${token} ${token}`, "malformed"],
    [`Bearer ${token}, Bearer ${token}`, "malformed"],
    [`Bearer ${token}\u0000`, "malformed"],
    [`Bearer ${token}\u00e9`, "malformed"],
    [`Bearer \t${token}`, "malformed"],
    [`\u0042earer\u00a0${token}`, "not_bearer"],
  ])("is none in %j", (field, fault) => {
    expect(bearerToken(field)).toEqual({ ok: false, failure: fault });
  });

  it("has at most 8 KiB", () => {
    expect(bearerToken(`Bearer ${"a".repeat(8192)}`)).toEqual({ ok: true, value: "a".repeat(8192) });
    expect(bearerToken(`Bearer ${"a".repeat(8193)}`)).toEqual({ ok: false, failure: "too_long" });
  });

  it("is always printable, whatever the field", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        for (const found of [bearerToken(text), bearerToken(`Bearer ${text}`), bareToken(text)]) {
          if (found.ok) expect(found.value).toMatch(/^[\x21-\x7e]{1,8192}$/);
        }
      }),
    );
  });
});

describe("a field that is a token", () => {
  it("is taken as it is, without a scheme", () => {
    expect(bareToken(token)).toEqual({ ok: true, value: token });
    expect(bareToken(undefined)).toEqual({ ok: false, failure: "no_token" });
    expect(bareToken("")).toEqual({ ok: false, failure: "no_token" });
    expect(bareToken(`Bearer ${token}`)).toEqual({ ok: false, failure: "malformed" });
    expect(bareToken(`${token}, ${token}`)).toEqual({ ok: false, failure: "malformed" });
  });
});
