// No id, parameter or base leads anywhere but to the template.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionsAddress } from "../../src/upstream/address.ts";
import { hostileIds } from "./upstream-hostile-ids.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const good = {
  baseUrl: "https://api.cloudflare.com/client/v4",
  accountId,
  appId: "14a396e7-ca44-4937-bf1f-050a69118543",
  parameters: new URLSearchParams({ per_page: "25", search: "a&b=c #d/../?é" }),
};

describe("the address of an app's sessions", () => {
  it("is the template under the base, with the parameters encoded", () => {
    expect(sessionsAddress(good)).toEqual({
      ok: true,
      url: `https://api.cloudflare.com/client/v4/accounts/${accountId}/realtime/kit/${good.appId}/sessions?per_page=25&search=a%26b%3Dc+%23d%2F..%2F%3F%C3%A9`,
    });
  });

  it("needs no parameters and tolerates a slash at the end of the base", () => {
    const parameters = new URLSearchParams();
    expect(sessionsAddress({ ...good, baseUrl: "http://127.0.0.1:8788/", appId: "my-app-id", parameters })).toEqual({
      ok: true,
      url: `http://127.0.0.1:8788/accounts/${accountId}/realtime/kit/my-app-id/sessions`,
    });
  });

  it.each(hostileIds)("refuses %j as an app id and as an account id", (id) => {
    expect(sessionsAddress({ ...good, appId: id })).toEqual({ ok: false, reason: "app_id" });
    expect(sessionsAddress({ ...good, accountId: id })).toEqual({ ok: false, reason: "account_id" });
  });

  it.each([
    "http://api.cloudflare.com/client/v4",
    "https://user:secret@api.cloudflare.com/client/v4",
    "https://api.cloudflare.com/client/v4?x=1",
    "https://api.cloudflare.com/client/v4#x",
    "ftp://127.0.0.1/",
    "javascript:alert(1)",
    "//api.cloudflare.com",
    "/client/v4",
    "",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
  ])("refuses %j as a base", (baseUrl) => {
    expect(sessionsAddress({ ...good, baseUrl })).toEqual({ ok: false, reason: "base" });
  });

  it("refuses a parameter that is unknown or repeated", () => {
    expect(sessionsAddress({ ...good, parameters: new URLSearchParams("per_page=1&admin=1") })).toMatchObject({
      ok: false,
    });
    expect(sessionsAddress({ ...good, parameters: new URLSearchParams("per_page=1&per_page=2") })).toMatchObject({
      ok: false,
    });
  });

  it("keeps any text of a parameter inside that parameter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (search) => {
        const address = sessionsAddress({ ...good, parameters: new URLSearchParams({ search, status: "LIVE" }) });
        if (!address.ok) throw new Error(address.reason);
        const url = new URL(address.url);
        expect(url.origin).toBe("https://api.cloudflare.com");
        expect(url.pathname).toBe(`/client/v4/accounts/${accountId}/realtime/kit/${good.appId}/sessions`);
        // The query is UTF-8, in which a lone surrogate is the replacement character.
        const wellFormed = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(
          new TextEncoder().encode(search),
        );
        expect([...url.searchParams]).toEqual([
          ["search", wellFormed],
          ["status", "LIVE"],
        ]);
      }),
      { numRuns: 1_000 },
    );
  });
});
