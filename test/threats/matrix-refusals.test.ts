// What is refused, and what a refusal tells: all of a kind are the same to the byte, and come before anything is looked for.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actorsAt,
  createDeployment,
  meetingB,
  meetingNowhere,
  other,
  own,
  resources,
  schoolSettings,
  stableOf,
  targetsOf,
} from "../support/actors.ts";
import { mayCause } from "../support/app.ts";
import { bearer, serverKey, tokenOf } from "../support/callers.ts";

const deployment = createDeployment(schoolSettings);
const now = deployment.clock.now();
const actors = await actorsAt(now);
const headersOf = (name: string) => actors.get(name)?.headers ?? {};
const page = `/v1/apps/${own.alias}/sessions`;

/** Every page there is, asked for by somebody who may see it: what others are refused is there to be found. */
async function warm() {
  for (const question of Object.values(resources)) {
    for (const target of targetsOf(question)) await deployment.send(target, { headers: headersOf("an admin") });
  }
}

const later = Math.floor(now / 1000) + 3_600;
const claims: Readonly<Record<string, Record<string, unknown>>> = {
  "another issuer": { iss: "https://login.example" },
  "another audience": { aud: "other" },
  "no audience": { aud: undefined },
  "no end": { exp: undefined },
  "an end in words": { exp: "tomorrow" },
  "a beginning to come": { nbf: later },
  "an issue to come": { iat: later },
  "nobody's name": { sub: "" },
};
const good = await tokenOf({ roles: ["admin"] }, now);
const notVerified: Readonly<Record<string, Record<string, string>>> = {
  "no header": {},
  "an empty header": { authorization: "" },
  "no scheme": { authorization: good },
  "another scheme": { authorization: `Basic ${good}` },
  "two tokens": { authorization: `Bearer ${good}, Bearer ${good}` },
  "no token": { authorization: "Bearer " },
  junk: bearer("junk"),
  "a long token": bearer("x".repeat(9_000)),
  "a changed payload": bearer(good.replace(/\.[^.]+\./, (part) => part.replace(/.\.$/, "A."))),
  "a changed signature": bearer(good.replace(/.{6}$/, "AAAAAA")),
  "no signature": bearer(good.replace(/[^.]+$/, "")),
  "an algorithm of none": bearer(good.replace(/^[^.]+/, Buffer.from('{"alg":"none"}').toString("base64url"))),
  "a token that has ended": bearer(await tokenOf({ roles: ["admin"] }, now - 400_000)),
  "an API key": bearer(serverKey),
};

describe("row 54: whoever is not known", () => {
  it("row 54: is told the same for every reason and every page, there or not", async () => {
    await warm();
    const before = deployment.counts();
    const reasons = Object.entries(notVerified);
    for (const [name, odd] of Object.entries(claims)) reasons.push([name, bearer(await tokenOf(odd, now))]);
    const [first] = reasons.map(([, headers]) => headers);
    const expected = await stableOf(await deployment.send(page, first ? { headers: first } : {}));
    expect(expected).toMatchObject({
      status: 401,
      headers: { "www-authenticate": "Bearer", "cache-control": "no-store" },
    });
    for (const [name, headers] of reasons) {
      for (const question of Object.values(resources)) {
        for (const target of [...targetsOf(question), `${page}?colour=red`, `${page}?page_no=0x1`]) {
          expect({ name, ...(await stableOf(await deployment.send(target, { headers }))) }).toEqual({
            name,
            ...expected,
          });
        }
      }
    }
    expect(deployment.counts()).toEqual(before);
  });
});

describe("row 54: whoever may not see something", () => {
  const pages = {
    "another's meeting": `${page}?associated_id=${meetingB}`,
    "a meeting that is not there": `${page}?associated_id=${meetingNowhere}`,
    "another's app": `/v1/apps/${other.alias}/sessions`,
    "another's app by its id": `/v1/apps/${other.id}/sessions`,
    "another's app at the upstream's path": `/client/v4/accounts/_/realtime/kit/${other.id}/sessions`,
    "an app that is not there": "/v1/apps/nobody/sessions",
    "an account that is not there": `/client/v4/accounts/${"f".repeat(32)}/realtime/kit/${own.id}/sessions`,
    "another's meeting of another's app": `/v1/apps/${other.alias}/sessions?associated_id=${meetingB}`,
  };

  it("row 54: is told what is told of things that don't exist, to the byte, and at no other cost", async () => {
    await warm();
    const headers = headersOf("a teacher of A");
    const nothing = await stableOf(await deployment.send("/v1/nothing", { headers }));
    expect(nothing.status).toBe(404);
    const before = deployment.counts();
    for (const [name, target] of Object.entries(pages)) {
      for (let time = 0; time < 2; time += 1) {
        expect({ name, ...(await stableOf(await deployment.send(target, { headers }))) }).toEqual({ name, ...nothing });
        expect(deployment.short(target, headers)).toBeUndefined();
      }
    }
    expect(deployment.counts()).toEqual(before);
  });

  it("row 54: is told the same whether the page is kept or was never asked for", async () => {
    const cold = createDeployment(schoolSettings);
    const headers = headersOf("a teacher of A");
    for (const target of Object.values(pages)) {
      const [kept, never] = [await deployment.send(target, { headers }), await cold.send(target, { headers })];
      expect(await stableOf(kept)).toEqual(await stableOf(never));
    }
    expect(cold.counts()).toEqual({ upstream: 0, pages: 0, store: 0 });
  });

  it("row 54: is not told which policy it was, nor that there are any", async () => {
    const headers = headersOf("somebody without a policy");
    const refused = await Promise.all(
      Object.values(pages).map(async (target) => stableOf(await deployment.send(target, { headers }))),
    );
    expect(new Set(refused.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(refused[0]?.status).toBe(403);
    for (const word of ["janitor", "admin", "teacher", "guest", own.id, other.id])
      expect(refused[0]?.body).not.toContain(word);
  });
});

describe("row 55: whoever tries one after the other", () => {
  it("row 55: finds no meeting, however many are tried, and no page beyond the last", async () => {
    const headers = headersOf("a teacher of A");
    const before = deployment.counts();
    const answers = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uuid(), fc.constantFrom(meetingB, meetingB.toUpperCase())), async (meeting) => {
        const answer = await deployment.send(`${page}?associated_id=${meeting}`, { headers });
        answers.add(JSON.stringify(await stableOf(answer)));
      }),
      { numRuns: 300 },
    );
    expect(answers.size).toBe(1);
    for (const query of ["page_no=10001", "per_page=101", "page_no=99999999999", "per_page=1e3"]) {
      expect((await deployment.send(`${page}?${query}`, { headers: headersOf("an admin") })).status).toBe(400);
    }
    expect(deployment.counts()).toEqual(before);
  });

  it("row 55: is stopped by its share of the budget, even who may see everything", async () => {
    const limited = createDeployment({ ...schoolSettings, ...mayCause(20) });
    const statuses: number[] = [];
    for (let place = 1; place <= 60; place += 1) {
      const answer = await limited.send(`${page}?page_no=${place}`, { headers: headersOf("an admin") });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([...Array<number>(20).fill(200), ...Array<number>(40).fill(429)]);
    expect(limited.counts().upstream).toBe(20);
  });
});
