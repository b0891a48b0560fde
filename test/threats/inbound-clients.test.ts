// Rows 93, 94, 103 and 104: who a client is, and what each kind of request costs it. No header of a client's makes it another client; a
// HEAD costs what a GET does; an OPTIONS costs nobody anything.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf } from "../../src/limits/client.ts";
import { createTestService, ownPath, sdkPath, mayCause } from "../support/app.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { WorkerProduct } from "../support/product-worker.ts";
import { exchangeRaw, rawRequest, statusesIn } from "../support/raw-socket.ts";

const perMinute = 3;
const settings = { CLIENT_REQUESTS_PER_MINUTE: String(perMinute) };

/** Every header that some proxy, platform or framework takes a client's address from. */
const addressHeaders = [
  "CF-Connecting-IP",
  "CF-Connecting-IPv6",
  "CF-Pseudo-IPv4",
  "Client-IP",
  "Fastly-Client-IP",
  "Fly-Client-IP",
  "Forwarded",
  "Forwarded-For",
  "True-Client-IP",
  "Via",
  "X-Appengine-User-IP",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "X-Forwarded",
  "X-Forwarded-For",
  "X-Original-Forwarded-For",
  "X-Originating-IP",
  "X-ProxyUser-Ip",
  "X-Real-IP",
  "X-Remote-Addr",
  "X-Remote-IP",
];
const valueOf = (name: string, index: number) =>
  name === "Forwarded" ? `for=198.51.100.${index}` : `198.51.100.${index}`;

describe("row 103: on Node", () => {
  let product: NodeProduct;
  beforeAll(async () => {
    product = await startNodeProduct(settings);
  });
  afterAll(() => product.stop());

  it("a client is its socket's address, whatever headers it changes from request to request", async () => {
    const statuses: number[] = [];
    for (const [index, name] of addressHeaders.entries()) {
      const headers = `Host: product\r\n${name}: ${valueOf(name, index)}`;
      statuses.push(...statusesIn((await exchangeRaw(product.url, rawRequest(ownPath, { headers }))).answered));
    }
    const expected = addressHeaders.map((_, index) => (index < perMinute ? 200 : 429));
    expect(statuses).toEqual(expected);
    const all = addressHeaders.map((name, index) => `${name}: ${valueOf(name, index + 100)}`).join("\r\n");
    const { answered } = await exchangeRaw(product.url, rawRequest(sdkPath, { headers: `Host: product\r\n${all}` }));
    expect(statusesIn(answered)).toEqual([429]);
  });
});

describe("rows 103 and 104: on a Worker", () => {
  let product: WorkerProduct;
  beforeAll(async () => {
    product = await startWorkerProduct(settings);
  });
  afterAll(() => product.stop());
  const statusesFor = async (name: string, values: readonly string[], fixed: Record<string, string>) => {
    const statuses: number[] = [];
    for (const value of values) {
      const answer = await product.fetch(ownPath, { headers: { ...fixed, [name]: value } });
      await answer.arrayBuffer();
      statuses.push(answer.status);
    }
    return statuses;
  };

  it("a client is the address that Cloudflare has written, whatever other headers say", async () => {
    for (const [index, name] of addressHeaders.filter((other) => other !== "CF-Connecting-IP").entries()) {
      const values = [1, 2, 3, 4].map((last) => valueOf(name, last));
      const statuses = await statusesFor(name, values, { "cf-connecting-ip": `203.0.113.${index}` });
      expect(statuses).toEqual([200, 200, 200, 429]);
    }
  });

  it("a client with IPv6 is its /64", async () => {
    const values = [
      "2001:db8:0:1::1",
      "2001:db8::1:ffff:0:0:2",
      "2001:DB8:0:1:1:2:3:4",
      "2001:db8:0:1::9",
      "2001:db8:0:2::1",
    ];
    expect(await statusesFor("cf-connecting-ip", values, {})).toEqual([200, 200, 200, 429, 200]);
  });
});

describe("row 104: an IPv6 address", () => {
  const group = fc.integer({ min: 0, max: 0xffff });
  const halves = fc.tuple(
    fc.array(group, { minLength: 4, maxLength: 4 }),
    fc.array(group, { minLength: 4, maxLength: 4 }),
  );
  /** In full, with leading zeros, in capitals, and as short as the platform writes it. */
  const spellings = (groups: readonly number[]) => {
    const hex = groups.map((value) => value.toString(16));
    const short = new URL(`http://[${hex.join(":")}]`).hostname.slice(1, -1);
    return [
      hex.join(":"),
      hex.map((part) => part.padStart(4, "0")).join(":"),
      hex.join(":").toUpperCase(),
      short,
      `${short}%eth0`,
    ];
  };

  it("stands for its /64 in each of its spellings, and for no other /64", () => {
    fc.assert(
      fc.property(halves, halves, ([network, host], [otherNetwork, otherHost]) => {
        const clients = new Set(
          [...spellings([...network, ...host]), ...spellings([...network, ...otherHost])].map(clientOf),
        );
        expect(clients.size).toBe(1);
        fc.pre(network.join() !== otherNetwork.join());
        expect(clients.has(clientOf(spellings([...otherNetwork, ...host])[0]))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("that is an IPv4 address in disguise is that address", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(clientOf(`::ffff:${address}`)).toBe(address);
      }),
    );
  });
});

describe("row 93: HEAD", () => {
  it("counts like GET: requests, and calls", async () => {
    const requests = createTestService({ settings });
    for (let count = 0; count < perMinute; count += 1)
      expect((await requests.send(ownPath, { method: "HEAD" })).status).toBe(200);
    expect((await requests.send(ownPath, { method: "HEAD" })).status).toBe(429);
    expect((await requests.send(ownPath)).status).toBe(429);
    expect(requests.calls()).toBe(1);

    const misses = createTestService({ settings: mayCause(2) });
    for (const size of [1, 2])
      expect((await misses.send(`${ownPath}?per_page=${size}`, { method: "HEAD" })).status).toBe(200);
    for (const method of ["HEAD", "GET"])
      expect((await misses.send(`${ownPath}?per_page=3`, { method })).status).toBe(429);
    expect(misses.calls()).toBe(2);
  });

  it.each(["", "?per_page=0", "/1"])("has no body, and the status and length-free headers of GET: %s", async (rest) => {
    const service = createTestService();
    const get = await service.send(ownPath + rest);
    const head = await service.send(ownPath + rest, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([get.status, ""]);
    expect([...head.headers.keys()]).toEqual([...get.headers.keys()]);
  });
});

describe("row 94: OPTIONS", () => {
  const preflight = {
    origin: "https://ok.example",
    "access-control-request-method": "GET",
    "access-control-request-headers": "x",
  };

  it.each([
    ["preflights", preflight],
    ["preflights of an origin that is not allowed", { ...preflight, origin: "https://evil.example" }],
    ["OPTIONS alone", {}],
  ])("%s by the thousand cost no call, one line in the log at most and nobody's share", async (_, headers) => {
    const service = createTestService({ settings: { CLIENT_REQUESTS_PER_MINUTE: "1" } });
    for (let count = 0; count < 2_000; count += 1) {
      const target = count % 2 === 0 ? `${ownPath}?search=${count}` : sdkPath;
      const answer = await service.app.request(target, { method: "OPTIONS", headers });
      expect([answer.status, answer.body]).toEqual([204, null]);
    }
    expect(service.calls()).toBe(0);
    expect(service.lines.length).toBeLessThanOrEqual(1);
    expect((await service.send(ownPath)).status).toBe(200);
  });

  it("is asked by a browser once in two hours", async () => {
    const answer = await createTestService().send(ownPath, { method: "OPTIONS", headers: preflight });
    expect(answer.headers.get("access-control-max-age")).toBe("7200");
  });
});
