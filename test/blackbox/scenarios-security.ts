// The boundary and the cache under attack from the client's side. Names end in the numbers of the threats that they are the test of;
// threats from the upstream's side are in `threats/upstream-scenarios.ts`.
import { afterAll, beforeAll, expect, it } from "vitest";
import { allowedOrigin } from "../support/product.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { ask, askPage, callCount, withProduct } from "./steps.ts";

/** None of these is part of the question. */
const unkeyedHeaders: readonly (readonly [string, string])[] = [
  ["accept", "text/html"],
  ["accept-language", "de"],
  ["authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.of-the-caller"],
  ["cache-control", "no-cache, only-if-cached"],
  ["cookie", "session=of-the-caller"],
  ["forwarded", "for=127.0.0.1;host=evil.example;proto=http"],
  ["if-modified-since", "Thu, 01 Jan 2099 00:00:00 GMT"],
  ["if-range", '"x"'],
  ["origin", "https://evil.example"],
  ["origin", allowedOrigin],
  ["pragma", "no-cache"],
  ["range", "bytes=0-0"],
  ["referer", "https://evil.example/"],
  ["user-agent", "evil/1.0"],
  ["x-forwarded-for", "203.0.113.7"],
  ["x-forwarded-host", "evil.example"],
  ["x-forwarded-prefix", "/evil"],
  ["x-forwarded-proto", "http"],
  ["x-host", "evil.example"],
  ["x-http-method-override", "DELETE"],
  ["x-original-url", "/v1/apps/school/sessions"],
  ["x-rewrite-url", "/v1/apps/school/sessions"],
  ["x-request-id", "of-the-caller"],
];

const pathTricks = [
  "/v1/apps/support/sessions/",
  "/v1/apps/support/sessions/abc.css",
  "/v1/apps/support/sessions;.js",
  "/v1/apps/support/sessions%2fabc.css",
  "/v1/apps/support/sessions%3f.css",
  "/v1/apps/support/sessions%00.css",
  "/v1/apps/support/%73essions",
  "/v1/apps//support/sessions",
  "//v1/apps/support/sessions",
  "/V1/apps/support/sessions",
  "/v1/apps/SUPPORT/sessions",
  "/v1/apps/support%2f..%2fschool/sessions",
  "/v1/apps/__proto__/sessions",
  "/v1/apps/constructor/sessions",
  "/docs/..%2fv1%2fapps%2fsupport%2fsessions",
];

export function securityScenarios(start: StartProduct): void {
  let product: Product;
  beforeAll(async () => {
    product = await start({ FRESH_LIVE_SECONDS: "3600", FRESH_RECENT_SECONDS: "3600" });
  });
  afterAll(() => product.stop());

  it.each(unkeyedHeaders)(
    "shows the same page to a request with %s: %s, cold and kept (58, 70)",
    async (name, value) => {
      const index = unkeyedHeaders.findIndex((header) => header[0] === name && header[1] === value);
      const path = `/v1/apps/support/sessions?status=ENDED&per_page=${index + 2}`;
      const odd = await askPage(product, path, { headers: { [name]: value } });
      const before = callCount(product);
      const plain = await askPage(product, path);
      const again = await askPage(product, path, { headers: { [name]: value } });
      expect(new Set([odd.text, plain.text, again.text]).size).toBe(1);
      expect(callCount(product)).toBe(before);
      expect(plain.text).not.toMatch(/evil|of-the-caller/);
    },
  );

  it.each(pathTricks)("has nothing at %s, and asks nobody for it (16, 59, 91)", async (path) => {
    const before = callCount(product);
    const seen = await ask(product, product.url + path);
    expect({ status: seen.status, code: seen.code }).toEqual({ status: 404, code: "not_found" });
    expect(callCount(product)).toBe(before);
  });

  it("never keeps an error: the next reader of the page gets the page (61)", async () => {
    const path = "/v1/apps/school/sessions?per_page=9";
    for (const init of [
      { method: "DELETE" },
      { method: "PUT", body: "x" },
      { headers: { "if-none-match": "x".repeat(8_000) } },
    ]) {
      await ask(product, path, init);
    }
    expect(await askPage(product, path)).toMatchObject({ status: 200 });
  });

  it("makes one call for all spellings of a question, and none for those with something added (62)", async () => {
    const parts = ["status=ENDED", "per_page=77", "page_no=1", "sort_by=createdAt", "sort_order=DESC"];
    const spellings = Array.from({ length: 200 }, (_, seed) => {
      const turned = [...parts.slice(seed % 5), ...parts.slice(0, seed % 5)].join("&");
      const cased = seed % 3 === 0 ? turned.replace("ENDED", "ended") : turned;
      return seed % 2 === 0 ? cased : `${cased}&buster=${seed}`;
    });
    const before = callCount(product);
    const seen = await Promise.all(spellings.map((search) => ask(product, `/v1/apps/school/sessions?${search}`)));
    expect(seen.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(seen.filter(({ code }) => code === "invalid_query")).toHaveLength(100);
    expect(callCount(product) - before).toBe(1);
  });

  it("writes nothing of a caller's credentials, addresses or search into its log (3, 4, 108)", () =>
    withProduct(start, {}, async (own) => {
      own.simulator.setFaults([{ kind: "echo", status: 403 }]);
      const headers = {
        authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.e30.of-the-caller",
        cookie: "session=of-the-caller",
        "x-request-id": "of-the-caller",
        "user-agent": "of-the-caller",
      };
      await ask(own, "/v1/apps/support/sessions?search=of-the-caller", { headers });
      await ask(own, "/v1/apps/support/sessions?of-the-caller=of-the-caller", { headers });
      await ask(own, "/v1/apps/of-the-caller/sessions", { headers });
      expect(own.logs().length).toBeGreaterThan(0);
      expect(own.logs().join("\n")).not.toContain("of-the-caller");
    }));
}
