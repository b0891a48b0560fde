// What it costs to know who asks: a hit with a token beside a public one, a cut page beside a whole one, a token that was never seen.
import { base64url } from "jose";
import { atLeast, atMost } from "../figure.ts";
import type { Effort, Figure, Measurement, Progress, Verdict } from "../figure.ts";
import { bearer, openLogin } from "../support/login.ts";
import type { Login, SigningAlgorithm } from "../support/login.ts";
import { logIn, ownPage } from "../support/login-cookie.ts";
import { startNodeBench } from "../support/node.ts";
import { holdToOneProcessor } from "../support/process.ts";
import { createClient } from "../support/requests.ts";
import { interleaved, median } from "../support/statistics.ts";
import { costNote, rate, rateRatio, throughputOf } from "../support/throughput.ts";
import type { Contender } from "../support/throughput.ts";
import { longFresh, pagePath, startWorkerBench } from "../support/worker.ts";

type Bench = { url: string; pids: readonly number[]; stop(): Promise<void> };
type StartBench = (settings: Readonly<Record<string, string>>) => Promise<Bench>;

const platforms: readonly [name: string, start: StartBench][] = [
  ["Node", (settings) => startNodeBench({ settings: { ...longFresh, ...settings } })],
  ["workerd", (settings) => startWorkerBench({ settings: { ...longFresh, ...settings } })],
];

const bounds = { must: 0.8, aim: 0.95 };
const cut = ["id", "associated_id", "status", "started_at", "ended_at"];
const policies = JSON.stringify({
  policies: [
    { name: "all", when: { claim: "roles", includes: "admin" }, apps: "*", meetings: "*", resources: "*", fields: "*" },
    { name: "some", when: "authenticated", apps: "*", meetings: "*", resources: "*", fields: cut },
  ],
});

const wayOfMeasuring =
  "wrk with 32 connections against both in turn, in rounds of 2 s in alternating order; median and quartiles of the ratios of neighbours, on Node and on workerd. Servers are held to one processor, wrk to another, where the system can.";

const throughput = (effort: Effort) => (effort === "quick" ? { rounds: 4, seconds: 1 } : { rounds: 10, seconds: 2 });

/** The worse of several verdicts about ratios. */
const worst = (ratios: readonly number[]): Verdict => atLeast(Math.min(...ratios), bounds);

/** One ratio for each platform; `contend` gives what is measured and what it is measured against. */
async function onBoth(
  effort: Effort,
  progress: Progress,
  contend: (start: StartBench) => Promise<{ contenders: [Contender, Contender]; stop(): Promise<void> }>,
): Promise<Measurement> {
  const told: string[] = [];
  const ratios: number[] = [];
  const notes: string[] = [];
  for (const [name, start] of platforms) {
    const { contenders, stop } = await contend(start);
    try {
      const isHeld = await holdToOneProcessor(contenders.flatMap(({ pids }) => pids));
      const say: Progress = (text) => progress(`${name}: ${text}`);
      const [one, other] = await throughputOf(contenders, { ...throughput(effort), isHeld }, say);
      if (!one || !other) throw new Error("nothing was measured");
      const ratio = rateRatio(one, other);
      ratios.push(ratio.median);
      told.push(`${name} ${ratio.told}`);
      notes.push(`${name}: ${rate(one)} requests/s beside ${rate(other)}. ${costNote(one, other)}`);
    } finally {
      await stop();
    }
  }
  return { measured: told.join("; "), verdict: worst(ratios), notes };
}

export const jwtHit: Figure = {
  name: "jwt-hit",
  what: "a hit with `jwt` (a token seen before), throughput against the same hit in `public`",
  must: `≥ ${bounds.must}`,
  aim: `≥ ${bounds.aim}`,
  method: `Two deployments that differ in AUTH_MODE alone, with the same page; an RS256 token of a login with published keys. ${wayOfMeasuring}`,
  async run(effort, progress) {
    const login = await openLogin();
    const headers = bearer(await login.sign("RS256", { roles: ["admin"] }));
    try {
      return await onBoth(effort, progress, async (start) => {
        const [known, open] = [await start(login.settings.jwks), await start({})];
        return {
          contenders: [
            { url: known.url + pagePath, pids: known.pids, headers },
            { url: open.url + pagePath, pids: open.pids },
          ],
          stop: async () => {
            await known.stop();
            await open.stop();
          },
        };
      });
    } finally {
      await login.close();
    }
  },
};

export const loginHit: Figure = {
  name: "login-hit",
  what: "a hit with `session` (a cookie seen before), throughput against the same hit in `public`",
  must: `≥ ${bounds.must}`,
  aim: `≥ ${bounds.aim}`,
  method: `Two deployments that differ in AUTH_MODE alone, with the same page; a sealed cookie with two claims, asked with by a page of the service's own. ${wayOfMeasuring}`,
  async run(effort, progress) {
    const { settings, headers } = await logIn();
    return onBoth(effort, progress, async (start) => {
      const [known, open] = [await start(settings), await start({})];
      return {
        contenders: [
          { url: known.url + pagePath, pids: known.pids, headers },
          { url: open.url + pagePath, pids: open.pids, headers: ownPage },
        ],
        stop: async () => {
          await known.stop();
          await open.stop();
        },
      };
    });
  },
};

export const restrictedHit: Figure = {
  name: "restricted-hit",
  what: "a hit with a restricted scope against an unrestricted one",
  must: `≥ ${bounds.must}`,
  aim: `≥ ${bounds.aim}`,
  method: `One deployment, two tokens, the same page; one caller sees every field, the other five. The smaller body is part of the figure. ${wayOfMeasuring}`,
  async run(effort, progress) {
    const login = await openLogin();
    const [some, all] = [
      await login.sign("RS256", { roles: ["pupil"] }),
      await login.sign("RS256", { roles: ["admin"] }),
    ];
    try {
      return await onBoth(effort, progress, async (start) => {
        const bench = await start({ ...login.settings.jwks, POLICIES: policies });
        const { url, pids } = bench;
        const contender = (token: string): Contender => ({ url: url + pagePath, pids, headers: bearer(token) });
        return { contenders: [contender(some), contender(all)], stop: () => bench.stop() };
      });
    } finally {
      await login.close();
    }
  },
};

const firstSeenBounds = { must: 1, aim: 0.3 };
const algorithms: readonly SigningAlgorithm[] = ["RS256", "ES256", "HS256"];

export const firstSeenToken: Figure = {
  name: "first-seen-token",
  what: "a first-seen RS256 / ES256 / HS256 token, median added",
  must: `≤ ${firstSeenBounds.must} ms`,
  aim: `≤ ${firstSeenBounds.aim} ms`,
  method:
    "300 pairs for each algorithm, one request at a time, alternating: a page in memory asked for with a token of its own, and with one that was seen before. The difference of the medians, on Node and on workerd, over kept connections.",
  async run(effort, progress) {
    const pairs = effort === "quick" ? 50 : 300;
    const login = await openLogin();
    const client = createClient(1);
    const added: number[] = [];
    const notes: string[] = [];
    try {
      for (const [name, start] of platforms) {
        for (const algorithm of algorithms) {
          const bench = await start(algorithm === "HS256" ? login.settings.secret : login.settings.jwks);
          try {
            const addedMs = await addedBy(algorithm, { login, pairs, url: bench.url + pagePath, ask: client.ask });
            added.push(addedMs);
            notes.push(`${name}, ${algorithm}: ${addedMs.toFixed(2)} ms.`);
            progress(notes.at(-1) ?? "");
          } finally {
            await bench.stop();
          }
        }
      }
      const most = Math.max(...added);
      return { measured: `${most.toFixed(2)} ms (the most of six)`, verdict: atMost(most, firstSeenBounds), notes };
    } finally {
      client.close();
      await login.close();
    }
  },
};

async function addedBy(
  algorithm: SigningAlgorithm,
  { login, pairs, url, ask }: { login: Login; pairs: number; url: string; ask: ReturnType<typeof createClient>["ask"] },
): Promise<number> {
  const sign = (index: number) => login.sign(algorithm, { sub: `user-${index}` });
  const fresh = await Promise.all(Array.from({ length: pairs + 20 }, (_, index) => sign(index)));
  const seen = await sign(-1);
  const timed = async (token: string) => {
    const { status, durationMs } = await ask(url, bearer(token));
    if (status !== 200) throw new Error(`a good token was answered with ${status}`);
    return durationMs;
  };
  await timed(seen);
  const tasks = [() => timed(fresh.pop() ?? ""), () => timed(seen)];
  await interleaved(20, tasks);
  const [first = [], again = []] = await interleaved(pairs, tasks);
  return median(first) - median(again);
}

export const randomKids: Figure = {
  name: "random-kids",
  what: "fetches of a login's keys under 10,000 requests with tokens of unknown keys",
  must: "≤ 2 in a cool-down of 30 s",
  method:
    "One Node process and one workerd; 10,000 requests with a key id of their own each, 32 at a time, after one good token. The login counts.",
  async run(effort, progress) {
    const count = effort === "quick" ? 1_000 : 10_000;
    const notes: string[] = [];
    let most = 0;
    for (const [name, start] of platforms) {
      const login = await openLogin();
      const bench = await start(login.settings.jwks);
      const client = createClient(32);
      try {
        const url = bench.url + pagePath;
        const good = await client.ask(url, bearer(await login.sign("ES256", {})));
        if (good.status !== 200) throw new Error(`a good token was answered with ${good.status}`);
        const token = (await login.sign("ES256", {})).split(".").slice(1).join(".");
        const startedAt = performance.now();
        let refused = 0;
        const worker = async (first: number) => {
          for (let index = first; index < count; index += 32) {
            const header = base64url.encode(JSON.stringify({ alg: "ES256", kid: `kid-${index}` }));
            const { status } = await client.ask(url, bearer(`${header}.${token}`));
            if (status === 401) refused += 1;
          }
        };
        await Promise.all(Array.from({ length: 32 }, (_, first) => worker(first)));
        const seconds = (performance.now() - startedAt) / 1000;
        // The first fetch was for the good token; what is bounded are those within one cool-down.
        const perCoolDown = login.fetches() / Math.max(1, Math.ceil(seconds / 30));
        most = Math.max(most, perCoolDown);
        notes.push(
          `${name}: ${login.fetches()} fetches in ${seconds.toFixed(1)} s, ${refused} of ${count} refused with 401.`,
        );
        progress(notes.at(-1) ?? "");
        if (refused !== count) throw new Error(`${count - refused} tokens of unknown keys were not refused`);
      } finally {
        client.close();
        await bench.stop();
        await login.close();
      }
    }
    return { measured: `${most} (the more of two platforms)`, verdict: atMost(most, { must: 2 }), notes };
  },
};
