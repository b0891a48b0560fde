// The short ways past routing and checking: for a caller who is known they say what the long way says, and nothing to anybody else.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actorsAt,
  askedOf,
  createDeployment,
  meetingA,
  meetingB,
  own,
  schoolSettings,
  stableOf,
} from "../support/actors.ts";
import { allowedOrigin } from "../support/app.ts";
import { bearer, tokenOf } from "../support/callers.ts";
import { createTestClock } from "../support/clock.ts";
import { closedModes, headersOf, modes } from "../support/modes.ts";

const actors = await actorsAt(createTestClock().now());
const theirHeaders = (name: string) => actors.get(name)?.headers ?? {};
const page = `/v1/apps/${own.alias}/sessions`;
const sdkPage = `/client/v4/accounts/_/realtime/kit/${own.id}/sessions`;
const pageOfA = `${page}?associated_id=${meetingA}`;

const readers = [
  ["a teacher of A", page],
  ["a teacher of A", pageOfA],
  ["a teacher of A and B", pageOfA],
  ["an admin", page],
  ["an admin", pageOfA],
  ["an admin", sdkPage],
] as const;

describe("row 45: a hit of a caller with a scope", () => {
  it.each(readers)("row 45: is the same the short ways and the long way: %s, %s", async (name, target) => {
    const deployment = createDeployment(schoolSettings);
    // Somebody else has been there before, and comes back in between.
    const neighbours = [...actors.values()].map(({ headers }) => headers);
    for (const headers of neighbours) await deployment.send(target, { headers });
    const etag = (await deployment.send(target, { headers: theirHeaders(name) })).headers.get("etag") ?? "";
    const foreign = (await deployment.send(target, { headers: theirHeaders("an admin") })).headers.get("etag") ?? "";
    for (const origin of [undefined, allowedOrigin, "https://foreign.example"]) {
      for (const copy of [undefined, etag, foreign, `${foreign}, W/${etag}`, "*"]) {
        const headers = {
          ...theirHeaders(name),
          ...(origin !== undefined && { origin }),
          ...(copy !== undefined && { "if-none-match": copy }),
        };
        const long = await stableOf(await deployment.send(target, { headers }));
        for (const others of neighbours) deployment.short(target, others);
        const short = deployment.short(target, headers);
        const known = await deployment.respond(askedOf(target, headers), () => {});
        if (!short || !known) throw new Error("no short answer");
        expect(await stableOf(short)).toEqual(long);
        expect(await stableOf(known)).toEqual(long);
      }
    }
  });

  it("row 45: is nobody's whose policies differ, until they have asked for themselves", async () => {
    const deployment = createDeployment(schoolSettings);
    for (const target of [page, pageOfA, sdkPage, `${page}?associated_id=${meetingB}`]) {
      await deployment.send(target, { headers: theirHeaders("an admin") });
      expect(deployment.short(target, theirHeaders("an admin"))?.status).toBe(200);
      for (const [name, { headers }] of actors) {
        if (name === "an admin") continue;
        expect(deployment.short(target, headers)).toBeUndefined();
        expect(deployment.respond(askedOf(target, headers), () => {})).toBeUndefined();
      }
    }
    const [all, some] = await Promise.all(
      ["an admin", "a teacher of A"].map(async (name) => {
        await deployment.send(pageOfA, { headers: theirHeaders(name) });
        return deployment.short(pageOfA, theirHeaders(name))?.text();
      }),
    );
    expect(some).not.toBe(all);
    expect(all).toContain("meeting_display_name");
    expect(some).not.toContain("meeting_display_name");
  });
});

describe("row 21: a token at its end", () => {
  const end = Math.floor(createTestClock().now() / 1000) + 4;

  it("row 21: gives a hit in the millisecond before, none in the very one, and nothing once the tolerance is over", async () => {
    const deployment = createDeployment({ ...schoolSettings, FRESH_LIVE_SECONDS: "600", FRESH_RECENT_SECONDS: "600" });
    const { clock } = deployment;
    const headers = bearer(await tokenOf({ roles: ["admin"], exp: end }, clock.now()));
    const other = theirHeaders("an admin");
    for (const each of [headers, other]) await deployment.send(page, { headers: each });

    await clock.advance(end * 1000 - 1 - clock.now());
    expect(deployment.short(page, headers)?.status).toBe(200);
    await clock.advance(1);
    for (let time = 0; time < 2; time += 1) {
      expect(deployment.short(page, headers)).toBeUndefined();
      expect(deployment.respond(askedOf(page, headers), () => {})).toBeUndefined();
      // The clock of whoever issued it may be behind: it is verified each time, and never remembered again.
      expect((await deployment.send(page, { headers })).status).toBe(200);
    }
    await clock.advance(30_000 - 1);
    expect((await deployment.send(page, { headers })).status).toBe(200);
    await clock.advance(1);
    expect((await deployment.send(page, { headers })).status).toBe(401);
    expect(deployment.short(page, headers)).toBeUndefined();
    expect(deployment.short(page, other)?.status).toBe(200);
  });
});

describe.each(closedModes)("row 45: with AUTH_MODE $mode", (mode) => {
  it("row 45: nothing that resembles a known proof is one", async () => {
    const deployment = mode.open();
    await deployment.send(page, { headers: headersOf(mode) });
    expect(deployment.short(page, headersOf(mode))?.status).toBe(200);
    const { field = "", value } = mode;
    const printable = fc.string({ unit: "grapheme-ascii", maxLength: 3 });
    const nearly = fc
      .tuple(fc.nat(value.length), fc.nat(3), printable)
      .map(([place, left, text]) => value.slice(0, place) + text + value.slice(place + left))
      .filter((text) => text.trim() !== value && text.replace(/^bearer +/i, "Bearer ") !== value);
    await fc.assert(
      fc.asyncProperty(fc.oneof(nearly, fc.string()), async (text) => {
        expect(deployment.short(page, { [field]: text })).toBeUndefined();
        expect(deployment.respond(askedOf(page, { [field]: text }), () => {})).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

/** Requests that end in every kind of answer, with the method and further headers. */
const requests: readonly (readonly [target: string, init?: RequestInit])[] = [
  [page],
  [page],
  [sdkPage],
  [page, { method: "HEAD" }],
  [page, { headers: { "if-none-match": "*" } }],
  [page, { headers: { origin: allowedOrigin } }],
  [page, { headers: { origin: "null" } }],
  [page, { method: "OPTIONS" }],
  [page, { method: "POST" }],
  [`${page}?colour=red`],
  ["/v1/apps/nobody/sessions"],
  ["/v1/nothing"],
  ["//"],
  ...["/", "/docs", "/openapi.json", "/healthz", "/readyz", "/problems/forbidden"].map((path) => [path] as const),
];

describe.each(modes)("row 37: with AUTH_MODE $mode", (mode) => {
  it("row 37: Vary names the header that identifies, on every answer to everybody", async () => {
    const deployment = mode.open();
    const names = { authorization: "Authorization", "cf-access-jwt-assertion": "Cf-Access-Jwt-Assertion" };
    const named = Object.entries(names).flatMap(([field, name]) => (field === mode.field ? [name] : []));
    const vary = ["Origin", ...named, "Accept-Encoding"].join(", ");
    const statuses = new Set<number>();
    for (const headers of [headersOf(mode), {}, { [mode.field ?? "authorization"]: "Bearer x" }]) {
      for (const [target, init] of requests) {
        const answer = await deployment.send(target, {
          ...init,
          headers: { ...headers, ...Object.fromEntries(new Headers(init?.headers)) },
        });
        statuses.add(answer.status);
        expect(`${target} ${answer.status} ${answer.headers.get("vary")}`).toBe(`${target} ${answer.status} ${vary}`);
      }
    }
    for (const copy of [{}, { "if-none-match": "*" }]) {
      const asked = askedOf(page, { ...headersOf(mode), ...copy });
      const answers = [await deployment.respond(asked, () => {})];
      expect(answers.map((answer) => answer?.headers.get("vary"))).toEqual([vary]);
    }
    const expected = mode.mode === "public" ? [200, 204, 304, 400, 404, 405] : [200, 204, 304, 400, 401, 404, 405];
    expect(statuses).toEqual(new Set(expected));
  });

  it("row 37: a preflight, which has no credentials, varies by what it asks for", async () => {
    const headers = { origin: allowedOrigin, "access-control-request-method": "GET" };
    const answer = await mode.open().send(page, { method: "OPTIONS", headers });
    expect(answer.headers.get("vary")).toBe("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  });
});
