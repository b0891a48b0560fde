// No way around the question who is asking: not by a route that forgot it, and not by another spelling of a path.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accessPath } from "../../src/http/access-route.ts";
import { addressesOf } from "../../src/http/data-routes.ts";
import { resources } from "../../src/resources/registry.ts";
import { other, own } from "../support/actors.ts";
import { methodsRefused, pathsNearlyOurs } from "../support/corpora.ts";
import { closedModes, headersOf } from "../support/modes.ts";
import { ownersIn } from "../support/oracle-marks.ts";

/** What anybody may read, with its status. Whatever is not here wants to know who is asking. */
const open: Readonly<Record<string, number>> = {
  "/": 200,
  "/dashboard/:file": 200,
  "/docs": 200,
  "/docs/init.js": 200,
  "/docs/swagger-ui-bundle.js": 200,
  "/docs/swagger-ui.css": 200,
  "/elements.js": 200,
  "/elements/:file": 200,
  "/healthz": 200,
  "/openapi-3.0.json": 200,
  "/openapi.json": 200,
  "/problems/:code": 200,
  "/readyz": 200,
};
const closed = [accessPath, ...resources.flatMap(addressesOf)];

const examples: Readonly<Record<string, readonly string[]>> = {
  ":app": [own.alias, own.id, other.alias, "nobody"],
  ":app_id": [own.alias, own.id, other.id, "nobody"],
  ":account_id": ["_", "0".repeat(32)],
  ":code": ["unauthorized"],
  ":file": ["main.js"],
};

/** Every path of a route, with all the examples. */
function pathsOf(route: string): string[] {
  const name = /:\w+/.exec(route)?.[0];
  return name === undefined ? [route] : (examples[name] ?? []).flatMap((value) => pathsOf(route.replace(name, value)));
}

describe.each(closedModes)("with AUTH_MODE $mode", (mode) => {
  const deployment = mode.open();
  const registered = new Set(deployment.app.routes.map(({ path }) => path));

  it("row 15: every route there is wants to know who is asking, or is one of the few that anybody may read", () => {
    const routes = [...registered].filter((path) => path !== "/*").sort();
    expect(routes).toEqual([...Object.keys(open), ...closed].sort());
  });

  it.each([...registered].flatMap(pathsOf).filter((path) => !path.includes("*")))(
    "row 15: %s without credentials gives no data by any method, and asks nobody for any",
    async (path) => {
      const route = [...registered].find((pattern) => pathsOf(pattern).includes(path)) ?? "";
      const before = deployment.counts();
      for (const method of ["GET", "HEAD", "OPTIONS", ...methodsRefused]) {
        const answer = await deployment.send(path, { method });
        const expected = open[route] ?? 401;
        const isRead = method === "GET" || method === "HEAD";
        expect(`${method} ${answer.status}`).toBe(`${method} ${isRead ? expected : method === "OPTIONS" ? 204 : 405}`);
        expect(ownersIn(await answer.text())).toEqual([]);
      }
      expect(deployment.counts()).toEqual(before);
    },
  );

  const page = `/v1/apps/${own.alias}/sessions`;
  const sdkPage = `/client/v4/accounts/_/realtime/kit/${own.id}/sessions`;
  const bits = [
    "/",
    "//",
    "/./",
    "/../",
    "%2f",
    "%2e",
    ";",
    ";x=1",
    ".json",
    ".css",
    "%00",
    "\\",
    "%5c",
    "?",
    "#",
    "%23",
    "%3f",
    "*",
    "@",
    ":",
    "%",
    "%zz",
    " ",
    "\t",
  ];
  const variant = fc
    .tuple(
      fc.constantFrom(page, sdkPage),
      fc.array(fc.tuple(fc.nat(80), fc.constantFrom(...bits), fc.nat(2)), { minLength: 1, maxLength: 3 }),
    )
    .map(([path, changes]) =>
      changes.reduce((text, [place, bit, left]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + bit + text.slice(at + left);
      }, path),
    )
    .map((path) => (path.startsWith("/") ? path : `/${path}`));
  const escaped = fc.tuple(fc.constantFrom(page, sdkPage), fc.nat(80), fc.boolean()).map(([path, place, isUpper]) => {
    const at = 1 + (place % (path.length - 1));
    const code = path.charCodeAt(at).toString(16);
    return `${path.slice(0, at)}%${isUpper ? code.toUpperCase() : code}${path.slice(at + 1)}`;
  });
  const cased = fc.mixedCase(fc.constantFrom(page, sdkPage));
  // What has nothing but a query after its first slash is the address of the documentation.
  const anyVariant = fc
    .oneof({ weight: 3, arbitrary: variant }, escaped, cased, fc.constantFrom(...pathsNearlyOurs))
    .filter((path) => !/^\/(?:[?#]|$)/.test(path));

  it("row 16: no other spelling of a path gives data to nobody, though it is kept and known", async () => {
    for (const path of [page, sdkPage]) {
      for (let time = 0; time < 2; time += 1)
        expect((await deployment.send(path, { headers: headersOf(mode) })).status).toBe(200);
      expect(deployment.short(path, headersOf(mode))?.status).toBe(200);
    }
    const before = deployment.counts();
    await fc.assert(
      fc.asyncProperty(anyVariant, async (path) => {
        expect(deployment.short(path)).toBeUndefined();
        const answer = await deployment.send(path);
        expect([401, 404]).toContain(answer.status);
        expect(ownersIn(await answer.text())).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(deployment.counts()).toEqual(before);
  });

  it("row 16: another spelling of a path is a 404 for whoever may see the page as well, or the page itself", async () => {
    const pages = new Set<string>();
    for (const path of [page, sdkPage])
      pages.add(await (await deployment.send(path, { headers: headersOf(mode) })).text());
    await fc.assert(
      fc.asyncProperty(anyVariant, async (path) => {
        const [target = ""] = path.split(/[?#]/);
        const answer = await deployment.send(path, { headers: headersOf(mode) });
        const text = await answer.text();
        if (answer.status === 200) expect(pages).toContain(text);
        if (answer.status === 200) expect([page, sdkPage]).toContain(target);
        expect([200, 400, 404]).toContain(answer.status);
      }),
      { numRuns: 300 },
    );
  });
});
