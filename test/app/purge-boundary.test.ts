// What a purge takes in: whose browsers, which bytes, how many of them and how slowly. What is refused is never recorded.
import { describe, expect, test } from "vitest";
import { purgePath } from "../../src/http/purge-route.ts";
import { allowedOrigin, requestTo } from "../support/app.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import { foreignOrigins } from "../support/corpora.ts";
import { parseObject } from "../support/document.ts";
import { closedModes, headersOf } from "../support/modes.ts";
import { createPurging } from "../support/purges.ts";

const known = bearer(serverKey);
const open = () => createPurging({ settings: keyed({ grants: ["purge"] }) });
const order = { app: "support" };

describe.each(closedModes)("with AUTH_MODE $mode, a browser that sends its user's proof", (mode) => {
  const { keys } = mode;
  const { purge, changes } = createPurging({ settings: mode.settings({ grants: ["purge"] }), ...(keys && { keys }) });
  const from = (fields: Record<string, string>) => purge(order, { ...headersOf(mode), ...fields });

  test.each<[string, Record<string, string>]>([
    ["a page of another site", { "sec-fetch-site": "cross-site", origin: "https://foreign.example" }],
    ["one without an origin", { "sec-fetch-site": "cross-site", origin: "null" }],
    ["one that hides its origin", { "sec-fetch-site": "cross-site" }],
    ["a neighbour of ours", { "sec-fetch-site": "same-site", origin: "https://other.example" }],
    ...foreignOrigins.map((origin): [string, Record<string, string>] => [`a page of ${origin}`, { origin }]),
  ])("for %s is refused", async (_, fields) => {
    const before = changes.length;
    const answer = await from(fields);
    expect([answer.status, parseObject(answer.body)["code"]]).toEqual([403, "forbidden"]);
    expect(changes).toHaveLength(before);
  });

  test.each<[string, Record<string, string>]>([
    ["a page of an allowed origin", { "sec-fetch-site": "cross-site", origin: allowedOrigin }],
    ["a page of ours", { "sec-fetch-site": "same-origin", origin: "https://bff.example" }],
    ["whoever is no browser", {}],
  ])("for %s is answered", async (_, fields) => {
    expect((await from(fields)).status).toBe(200);
  });
});

describe("the type of a body", () => {
  test.each([
    "application/json",
    "Application/JSON",
    "application/json;charset=utf-8",
    'application/json; charset="UTF-8"',
    "application/json ; charset=UTF-8 ",
  ])("may be %s", async (type) => {
    expect((await open().purge(order, { ...known, "content-type": type })).status).toBe(200);
  });

  test.each([
    "text/plain",
    "text/plain;application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/problem+json",
    "application/json, text/plain",
    "application/json; charset=latin1",
    "",
  ])("may not be %j", async (type) => {
    const { purge, changes } = open();
    const answer = await purge(order, { ...known, "content-type": type });
    expect([answer.status, parseObject(answer.body)["code"]]).toEqual([415, "unsupported_type"]);
    expect(changes).toEqual([]);
  });
});

describe("a body", () => {
  const padded = (length: number) => JSON.stringify(order).padEnd(length);

  test("of 4 KiB is read, and one of a byte more is too large", async () => {
    const { purge, changes } = open();
    expect((await purge(padded(4_096), known)).status).toBe(200);
    const answer = await purge(padded(4_097), known);
    expect([answer.status, parseObject(answer.body)["code"]]).toEqual([413, "too_large"]);
    expect(changes).toHaveLength(1);
  });

  test("that is wrong is told all that is wrong with it, and where", async () => {
    const { purge, changes } = open();
    const answer = await purge({ meeting: "a b", hard: "yes", "a~b/c": 1 }, known);
    expect(parseObject(answer.body)).toMatchObject({
      status: 400,
      code: "invalid_body",
      detail: "app must be an alias or an app id of 1 to 64 characters; 3 more in errors.",
      errors: [
        { code: 4004, source: { pointer: "/body/app" } },
        { source: { pointer: "/body/meeting" } },
        { source: { pointer: "/body/hard" } },
        { message: "unknown key; this body takes app, meeting, session, hard", source: { pointer: "/body/a~0b~1c" } },
      ],
    });
    expect(parseObject((await purge("[]", known)).body)).toMatchObject({ errors: [{ source: { pointer: "/body" } }] });
    expect(changes).toEqual([]);
  });

  test("that ends in the middle, or says it is compressed, is no JSON", async () => {
    const { purge, changes } = open();
    const gzip = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    for (const body of ['{"app":"supp', gzip, ""]) {
      const answer = await purge(body, { ...known, "content-encoding": "gzip" });
      expect([answer.status, parseObject(answer.body)["code"]]).toEqual([400, "invalid_body"]);
    }
    expect(changes).toEqual([]);
  });

  test("is not read before it is known who sends it", async () => {
    const { service } = open();
    const request = requestTo(purgePath, { method: "POST", body: padded(4_096) });
    expect((await service.app.fetch(request)).status).toBe(401);
    expect(request.bodyUsed).toBe(false);
  });

  test("that does not end is given up after ten seconds", async () => {
    const { service, changes } = open();
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"app"')) });
    const headers = { ...known, "content-type": "application/json" };
    const startedAt = service.clock.now();
    const answer = await service.send(purgePath, { method: "POST", headers, body, duplex: "half" } as RequestInit);
    expect(answer.status).toBe(408);
    expect(service.clock.now() - startedAt).toBeGreaterThanOrEqual(10_000);
    expect(changes).toEqual([]);
  });
});
