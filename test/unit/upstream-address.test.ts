// No id, parameter or base leads anywhere but to the template.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { upstreamAddress } from "../../src/upstream/address.ts";
import { hostileIds } from "./upstream-hostile-ids.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const account = { baseUrl: "https://api.cloudflare.com/client/v4", accountId };
const good = {
  path: "/sessions",
  appId: "14a396e7-ca44-4937-bf1f-050a69118543",
  parameters: new URLSearchParams({ per_page: "25", search: "a&b=c #d/../?é" }),
};

describe("the address of something below an app", () => {
  it("is the template under the base, with the parameters encoded", () => {
    expect(upstreamAddress(account, good)).toEqual({
      ok: true,
      value: `https://api.cloudflare.com/client/v4/accounts/${accountId}/realtime/kit/${good.appId}/sessions?per_page=25&search=a%26b%3Dc+%23d%2F..%2F%3F%C3%A9`,
    });
  });

  it("needs no parameters and tolerates a slash at the end of the base", () => {
    const parameters = new URLSearchParams();
    const local = { ...account, baseUrl: "http://127.0.0.1:8788/" };
    expect(upstreamAddress(local, { ...good, appId: "my-app-id", parameters })).toEqual({
      ok: true,
      value: `http://127.0.0.1:8788/accounts/${accountId}/realtime/kit/my-app-id/sessions`,
    });
  });

  it.each(hostileIds)("refuses %j as an app id and as an account id", (id) => {
    expect(upstreamAddress(account, { ...good, appId: id })).toEqual({ ok: false, failure: "app_id" });
    expect(upstreamAddress({ ...account, accountId: id }, good)).toEqual({ ok: false, failure: "account_id" });
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
    expect(upstreamAddress({ ...account, baseUrl }, good)).toEqual({ ok: false, failure: "base" });
  });

  /** Plain names, and two of them. */
  const plain = new Set(["-leading-dash", "_leading-underscore", "__proto__", "a/b"]);
  it.each(hostileIds.filter((id) => !plain.has(id)))("refuses %j as a segment of the path", (id) => {
    expect(upstreamAddress(account, { ...good, path: `/${id}` })).toEqual({ ok: false, failure: "path" });
  });

  it("refuses a parameter that is repeated or has no plain name", () => {
    for (const query of ["per_page=1&per_page=2", "Admin=1", "a[]=1", "=1", "a%26b=1"]) {
      expect(upstreamAddress(account, { ...good, parameters: new URLSearchParams(query) })).toEqual({
        ok: false,
        failure: "parameters",
      });
    }
  });

  it("keeps any text of a parameter inside that parameter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (search) => {
        const address = upstreamAddress(account, {
          ...good,
          parameters: new URLSearchParams({ search, status: "LIVE" }),
        });
        if (!address.ok) throw new Error(address.failure);
        const url = new URL(address.value);
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
