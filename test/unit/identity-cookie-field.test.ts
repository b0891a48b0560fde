// Which part of `Cookie` is ours: whatever else is there, and however often.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCookieReader } from "../../src/identity/cookie-field.ts";

const read = createCookieReader("__Host-rtkbff");

describe("the cookie of our name", () => {
  it.each([
    ["__Host-rtkbff=a"],
    ["x=1; __Host-rtkbff=a"],
    ["x=1;__Host-rtkbff=a;y=2"],
    ["x=1;  \t__Host-rtkbff=a ; y=2"],
    ["x=__Host-rtkbff=b; __Host-rtkbff=a"],
    ["x__Host-rtkbff=b; __Host-rtkbff=a"],
    ["__Host-rtkbff-12345678=b; __Host-rtkbff=a"],
  ])("is found in %s", (field) => {
    expect(read(field)).toEqual({ ok: true, value: "a" });
  });

  it.each([
    [undefined, "no_cookie"],
    ["", "no_cookie"],
    ["__Host-rtkbff", "no_cookie"],
    ["__Host-rtkbff=", "no_cookie"],
    ["__host-rtkbff=a", "no_cookie"],
    ["x=y __Host-rtkbff=a", "no_cookie"],
    ["__Host-rtkbff=a; __Host-rtkbff=a", "repeated_cookie"],
    ["__Host-rtkbff=; __Host-rtkbff=a", "repeated_cookie"],
    [`__Host-rtkbff=${"a".repeat(4_097)}`, "too_long"],
  ])("is not found in %s", (field, failure) => {
    expect(read(field)).toEqual({ ok: false, failure });
  });

  it("is found wherever it stands among others, and never twice", () => {
    const name = fc.stringMatching(/^[A-Za-z_-]{1,12}$/);
    const value = fc.stringMatching(/^[\w.=-]{0,20}$/);
    const others = fc.array(
      fc.tuple(name, value).map(([one, other]) => `${one}=${other}`),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(others, others, fc.stringMatching(/^[\w.-]{1,40}$/), (before, after, own) => {
        const mine = `__Host-rtkbff=${own}`;
        expect(read([...before, mine, ...after].join("; "))).toEqual({ ok: true, value: own });
        expect(read([...before, mine, ...after, mine].join("; "))).toEqual({ ok: false, failure: "repeated_cookie" });
        expect(read([...before, ...after].join("; "))).toEqual({ ok: false, failure: "no_cookie" });
      }),
    );
  });
});
