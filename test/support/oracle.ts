// The differential oracle: a few services that live long, share a store and remember what they can, asked by everybody in any order,
// must say byte for byte what a service says that was made for this one request. A model of the policies judges both.
import { asStore, createMemoryStore } from "../../src/cache/store.ts";
import type { Services } from "../../src/app.ts";
import type { Config } from "../../src/config/config.ts";
import { configFor, requestTo } from "./app.ts";
import { bearer, signed, tokenOf } from "./callers.ts";
import { createTestClock } from "./clock.ts";
import { testEpoch } from "./epoch.ts";
import type { OracleCase, Visit } from "./oracle-cases.ts";
import { breachesOf, expectedOf } from "./oracle-model.ts";
import type { Meetings } from "./oracle-model.ts";
import { spelled } from "./oracle-questions.ts";
import { build, buildRaw, partsOf } from "./oracle-services.ts";
import type { Ways } from "./oracle-services.ts";
import { createWorld, meetingsOf, pauseMs } from "./oracle-world.ts";
import type { World } from "./oracle-world.ts";

/** What a visitor was given, and what it should have been. */
export type Asked = { moment: number; visit: Visit; target: string; headers: Readonly<Record<string, string>> };
export type Finding = { asked: Asked; what: string };
/** `differences` between the long-lived and the new; `breaches` of the policies by the long-lived. */
export type Findings = { differences: Finding[]; breaches: Finding[]; shortCount: number; okCount: number };

/** The settings in which the two deployments of a case differ: the third replica shows `meta`. */
const replicas = [{ exposesMeta: false }, { exposesMeta: false }, { exposesMeta: true }];

type Answer = { status: number; headers: Record<string, string>; body: string };
type Stage = {
  world: World;
  configs: readonly Config[];
  now: number;
  tokens: readonly string[];
  endedTokens: readonly string[];
};

/** What was prepared for a case, and what the new services said in it: the same for whatever they are compared with. */
export type Prepared = {
  oracleCase: OracleCase;
  meetings: Meetings;
  stages: readonly Stage[];
  expected: Map<string, Promise<Answer>>;
};

export async function prepare(oracleCase: OracleCase): Promise<Prepared> {
  const { seed, document, callers, moments } = oracleCase;
  const [plain, exposing] = [configOf(document, false), configOf(document, true)];
  const configs = replicas.map(({ exposesMeta }) => (exposesMeta ? exposing : plain));
  const stages: Stage[] = [];
  for (const [moment, { state }] of moments.entries()) {
    const now = testEpoch + moment * pauseMs;
    const tokens = callers.map((claims, caller) => tokenOf({ ...claims, sub: `caller-${caller}` }, now));
    const stage = { world: createWorld(seed, moment, state), configs, now, tokens: await Promise.all(tokens) };
    stages.push({ ...stage, endedTokens: stages.at(-1)?.tokens ?? [] });
  }
  return { oracleCase, meetings: await meetingsOf(seed), stages, expected: new Map() };
}

function configOf(document: OracleCase["document"], exposesMeta: boolean): Config {
  const settings = {
    ...signed({}),
    POLICIES: JSON.stringify(document),
    EXPOSE_META: String(exposesMeta),
    ARTEFACT_HOSTS: "files.simulator.invalid",
    // No page is fresh at the second moment, and an old one is not to be told from a new one.
    FRESH_SETTLED_SECONDS: "60",
    STALE_SECONDS: "0",
    STALE_IF_ERROR_SECONDS: "0",
  };
  return configFor(settings);
}

/** Runs the case against services made by `make`; the new services are always the product's. */
export async function findingsIn(
  prepared: Prepared,
  make: (parts: Services, replica: number) => Ways = (parts, replica) =>
    replica % 2 === 0 ? build(parts) : buildRaw(parts),
): Promise<Findings> {
  const { oracleCase, meetings, stages } = prepared;
  const { document, callers, questions, moments } = oracleCase;
  const findings: Findings = { differences: [], breaches: [], shortCount: 0, okCount: 0 };
  const clock = createTestClock(testEpoch);
  const deferred: Promise<unknown>[] = [];
  const store = asStore(createMemoryStore());
  let world: World | undefined;
  const fetch: World["fetch"] = async (url, init) => {
    if (!world) throw new Error("no world yet");
    return world.fetch(url, init);
  };
  const services = (stages[0]?.configs ?? []).map((config, replica) =>
    make(partsOf(config, { clock, store, fetch, defer: (work) => void deferred.push(work) }), replica),
  );
  const copies: string[] = [];
  const bodies = new Map<string, string>();

  for (const [moment, { visits, state, showsOldToken }] of moments.entries()) {
    const stage = stages[moment];
    if (!stage) continue;
    await clock.advance(stage.now - clock.now());
    ({ world } = stage);
    const given: { asked: Asked; answer: Answer; newly: Promise<Answer> }[] = [];
    for (const visit of visits) {
      const question = questions[visit.question];
      const service = services[visit.replica];
      const config = stage.configs[visit.replica];
      if (!question || !service || !config) continue;
      const showsOld = showsOldToken[visit.caller] === true;
      const token = tokenShown(visit, showsOld ? stage.endedTokens : stage.tokens);
      const copy = visit.copy === undefined ? undefined : copies[visit.copy % Math.max(1, copies.length)];
      const asked: Asked = {
        moment,
        visit,
        target: spelled(question, visit.style),
        headers: headersOf(visit, token, copy),
      };

      const { answer, isShort } = await ask(service, asked);
      await Promise.all(deferred.splice(0));
      given.push({ asked, answer, newly: newAnswer(prepared, config, stage, asked) });
      if (isShort) findings.shortCount += 1;
      if (answer.status === 200) findings.okCount += 1;
      const claims = visit.showing === "own" && !showsOld ? callers[visit.caller] : undefined;
      const surroundings = {
        question,
        target: asked.target,
        world: stage.world,
        state,
        exposesMeta: config.exposeMeta,
      };
      const breaches = breachesOf(answer, expectedOf(document, claims, question, meetings), surroundings);
      const { etag } = answer.headers;
      if (etag !== undefined && answer.body !== "") {
        copies.push(etag);
        if ((bodies.get(etag) ?? answer.body) !== answer.body) breaches.push(`one ETag for two bodies: ${etag}`);
        bodies.set(etag, answer.body);
      }
      findings.breaches.push(...breaches.map((what) => ({ asked, what })));
    }
    for (const { asked, answer, newly } of given) {
      const [one, other] = [textOf(answer), textOf(await newly)];
      if (one !== other) findings.differences.push({ asked, what: `${one}\n!== ${other}` });
    }
  }
  return findings;
}

function tokenShown({ caller, showing }: Visit, tokens: readonly string[]): string | undefined {
  const own = tokens[caller];
  if (showing === "own") return own;
  return showing === "none" ? undefined : own?.replace(/.{8}$/, "AAAAAAAA");
}

function headersOf({ origin }: Visit, token: string | undefined, copy: string | undefined): Record<string, string> {
  return {
    ...(token !== undefined && bearer(token)),
    ...(origin !== undefined && { origin }),
    ...(copy !== undefined && { "if-none-match": copy }),
  };
}

/** A short way where one answers, else the long one. */
async function ask(
  service: Ways,
  { target, visit: { method }, headers }: Asked,
): Promise<{ answer: Answer; isShort: boolean }> {
  const asked = {
    method,
    target,
    origin: headers["origin"],
    ifNoneMatch: headers["if-none-match"],
    fetchSite: undefined,
    credentials: { authorization: headers["authorization"], accessAssertion: undefined },
    address: "192.0.2.1",
  };
  const short = await service.respond(asked, () => {});
  const response = short ?? (await service.app.fetch(requestTo(target, { method, headers })));
  return { answer: await answerOf(response), isShort: short !== undefined };
}

/** What a service says that was made for this request: nothing remembered, nothing stored. */
function newAnswer({ expected }: Prepared, config: Config, stage: Stage, asked: Asked): Promise<Answer> {
  const { visit, target, headers, moment } = asked;
  const name = JSON.stringify([moment, config.exposeMeta, visit.method, target, headers]);
  const known = expected.get(name);
  if (known) return known;
  const surroundings = {
    clock: createTestClock(stage.now),
    store: undefined,
    fetch: stage.world.fetch,
    defer: () => {},
  };
  const { app } = build(partsOf(config, surroundings));
  const answer = Promise.resolve(app.fetch(requestTo(target, { method: visit.method, headers }))).then(answerOf);
  expected.set(name, answer);
  return answer;
}

/** What may differ between two answers to one question: how it was come by, when, and which request it was. */
const own = ["age", "cache-status", "server-timing", "x-request-id", "ratelimit"];

async function answerOf(response: Response): Promise<Answer> {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !own.includes(name)));
  const body = await response.text();
  return { status: response.status, headers, body: body.replace(/"request_id":"[0-9a-f-]{36}"/, '"request_id":""') };
}

const textOf = ({ status, headers, body }: Answer) => `${status} ${JSON.stringify(headers)} ${body}`;
