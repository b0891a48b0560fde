// Rows 89 to 92 and 101: what a request line and a Host may say. At the Node process every odd spelling of an address is nothing; a
// Worker gets addresses that its platform has tidied up, and answers those as it answers the tidy ones, no more.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownPath, sdkPath } from "../support/app.ts";
import { methodsRefused, pathsNearlyOurs } from "../support/corpora.ts";
import { parseObject } from "../support/document.ts";
import { forbiddenPath, startHaproxy } from "../support/haproxy.ts";
import type { Haproxy } from "../support/haproxy.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { Product } from "../support/product.ts";
import { bodyOf, exchangeRaw, rawRequest, statusesIn } from "../support/raw-socket.ts";

let node: Product;
let worker: Product;
let haproxy: Haproxy;
/** No page becomes stale within a test, so that a call is one for something new. */
const long = { FRESH_LIVE_SECONDS: "3600", FRESH_RECENT_SECONDS: "3600", FRESH_SETTLED_SECONDS: "3600" };
beforeAll(async () => {
  [node, worker] = await Promise.all([startNodeProduct(long), startWorkerProduct(long)]);
  haproxy = await startHaproxy(node.url);
  for (const product of [node, worker]) {
    for (const path of mounts) await exchangeRaw(product.url, rawRequest(path));
  }
});
afterAll(async () => {
  await haproxy.stop();
  await node.stop();
  await worker.stop();
});

const mounts = [ownPath, sdkPath];
const callCount = (product: Product) => product.simulator.state().calls.total;
const ask = async (product: Product, text: string) => (await exchangeRaw(product.url, text)).answered;
const askFor = (product: Product, target: string) => ask(product, rawRequest(target));

/** The tricks of the corpus at our own path, and the same at the SDKs' path. */
const paths = [
  ...new Set(
    pathsNearlyOurs.flatMap((path) => [path, path.replace("/v1/apps/", sdkPath.slice(0, sdkPath.indexOf("support")))]),
  ),
  ...mounts.flatMap((path) => [
    `${path}/..;/sessions`,
    `${path}%23`,
    `${path}%3f`,
    `${path}%0d%0a`,
    `${path}/%c0%af`,
    `/x/..${path}`,
  ]),
];

describe("row 89: the host of a request", () => {
  it.each([
    ["two hosts", "Host: product\r\nHost: evil.example"],
    ["one host twice", "Host: product\r\nHOST: product"],
    ["no host", "X: y"],
    ["a user", "Host: user@product"],
    ["a user and a password", "Host: user:pass@product"],
    ["a path", "Host: product/v1"],
    ["a query", "Host: product?x"],
    ["a fragment", "Host: product#x"],
    ["a blank", "Host: product evil.example"],
    ["a backslash", "Host: product\\evil.example"],
    ["a port that is none", "Host: product:evil"],
    ["a bracket", "Host: [::1"],
  ])("gets a 400 or a 404 and no page where it has %s", async (_, headers) => {
    const answered = await ask(node, rawRequest(ownPath, { headers }));
    expect(statusesIn(answered)).toEqual([expect.toBeOneOf([400, 404])]);
    expect(answered).not.toMatch(/"sessions"|evil\.example/);
  });

  it.each(["evil.example", "evil.example:1", "127.0.0.1", "[::1]:8787", "EVIL.example.", "product,evil.example"])(
    "decides nothing and is repeated nowhere: %s",
    async (host) => {
      const plain = await askFor(node, ownPath);
      for (const target of [ownPath, "/", "/v1/nothing", "/openapi.json"]) {
        const answered = await ask(node, rawRequest(target, { headers: `Host: ${host}\r\nX-Forwarded-Host: ${host}` }));
        expect(answered.toLowerCase()).not.toContain(host.toLowerCase());
        if (target === ownPath) expect(bodyOf(answered)).toBe(bodyOf(plain));
      }
    },
  );

  it.each([
    `http://product${ownPath}`,
    `http://evil.example${ownPath}`,
    `http://user:pass@product${ownPath}`,
    `https:${ownPath}`,
    `//evil.example${ownPath}`,
  ])("can't be brought along in the target: %s", async (target) => {
    const answered = await askFor(node, target);
    expect(statusesIn(answered)).toEqual([expect.toBeOneOf([400, 404])]);
    expect(answered).not.toContain('"sessions"');
  });
});

it.each([`${ownPath}#x`, `${ownPath}?per_page=3#x`, `/healthz#${ownPath}`, "#", `/#${ownPath}`])(
  "row 90: a fragment in the target is a 400: %s",
  async (target) => {
    expect(statusesIn(await askFor(node, target))).toEqual([400]);
  },
);

describe("row 91: paths that are nearly ours", () => {
  it.each(paths)("%s is nothing to the Node process", async (path) => {
    const before = callCount(node);
    const answered = await askFor(node, path);
    if (statusesIn(answered)[0] !== 400)
      expect(parseObject(bodyOf(answered))).toMatchObject({ status: 404, code: "not_found" });
    expect(answered).not.toContain('"sessions"');
    expect(callCount(node)).toBe(before);
  });

  it.each(paths)("%s is nothing to the Worker, or what its tidy address is", async (path) => {
    const before = callCount(worker);
    const tidy = new URL(`http://product${path}`);
    const answered = await askFor(worker, path);
    const expected = await askFor(worker, tidy.pathname + tidy.search);
    expect(statusesIn(answered)).toEqual(statusesIn(expected));
    if (statusesIn(answered)[0] === 200) expect(bodyOf(answered)).toBe(bodyOf(expected));
    else expect(parseObject(bodyOf(answered))).toMatchObject({ status: 404, code: "not_found" });
    if (tidy.pathname === path) expect(statusesIn(answered)).toEqual([404]);
    expect(callCount(worker)).toBe(before);
  });

  const spellings = [
    "//readyz",
    "/./readyz",
    "/x/../readyz",
    "/readyz/",
    "/readyz/.",
    "/%72eadyz",
    "/readyz%00",
    "/readyz%20",
    "/readyz;x",
    "/readyz#",
    "/readyz#x",
    "/READYZ",
    "\\readyz",
    "/\\readyz",
    "/readyz?",
    "/%2freadyz",
    "/%2e/readyz",
    "/readyz%3f",
    "readyz",
    "*/readyz",
    "http://product/readyz",
    "http://x@product/readyz",
    "http://product//readyz",
    "/readyz\t",
    "/healthz/../readyz",
    "/readyz%0d%0aX:y",
  ];
  it.each(spellings)("a path that a proxy in front refuses has no other spelling: %s", async (target) => {
    for (const door of [haproxy.strict, haproxy.lax]) {
      for (const headers of ["Host: product", "Host: product\r\nHost: evil.example", "Host: /readyz"]) {
        const { answered } = await exchangeRaw(door, rawRequest(target, { headers }));
        expect(answered).not.toContain('"checks"');
      }
    }
    expect(haproxy.witnessed().answered).not.toContain('"checks"');
    expect(bodyOf(await askFor(node, forbiddenPath))).toContain('"checks"');
  });
});

describe("row 92: methods", () => {
  const overriding = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"];

  it.each(methodsRefused)("%s gets no data, and at most the list of what is allowed", async (method) => {
    for (const path of [...mounts, "/healthz", "/v1/nothing"]) {
      const answered = await ask(node, rawRequest(path, { method }));
      // CONNECT asks for a tunnel and gets a closed connection; the parser has its own list of methods.
      if (method === "CONNECT") expect(answered).toBe("");
      else expect(statusesIn(answered)).toEqual([expect.toBeOneOf(path === "/v1/nothing" ? [400, 404] : [400, 405])]);
      expect(answered).not.toContain('"sessions"');
      if (statusesIn(answered)[0] === 405) expect(answered).toMatch(/^allow: GET, HEAD, OPTIONS\r$/m);
      if (method === "CONNECT") continue;
      const byWorker = await ask(worker, rawRequest(path, { method }));
      expect(statusesIn(byWorker)).toEqual([expect.toBeOneOf(path === "/v1/nothing" ? [404, 501] : [405, 501])]);
      expect(byWorker).not.toContain('"sessions"');
    }
  });

  it.each(overriding)("%s changes nothing", async (name) => {
    for (const product of [node, worker]) {
      const plain = await askFor(product, ownPath);
      const asDelete = await ask(product, rawRequest(ownPath, { headers: `Host: product\r\n${name}: DELETE` }));
      expect(bodyOf(asDelete)).toBe(bodyOf(plain));
      const asGet = await ask(
        product,
        rawRequest(ownPath, { method: "POST", headers: `Host: product\r\n${name}: GET` }),
      );
      expect(statusesIn(asGet)).toEqual([405]);
      expect(statusesIn(await askFor(product, `${ownPath}?${name}=GET`))).toEqual([400]);
    }
  });
});

it.each([ownPath, `${ownPath}?page_no=x`, "/healthz", "/v1/nothing", "/openapi.json"])(
  "row 93: HEAD has headers alone on the wire: %s",
  async (target) => {
    for (const product of [node, worker]) {
      const get = await askFor(product, target);
      const head = await ask(product, rawRequest(target, { method: "HEAD" }));
      expect(statusesIn(head)).toEqual(statusesIn(get));
      expect([bodyOf(head), bodyOf(get) === ""]).toEqual(["", false]);
    }
  },
);
