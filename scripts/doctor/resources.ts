// What the token may read of each app: every resource is asked once, over the client and the readers that the service itself uses.
//
// With many apps the first few are enough to tell what a token may do, and the calls are kept within what the deployment itself may spend.
// Ids come from the app's newest session. Nothing that is read is shown: the report names operations of the OpenAPI document.
import type { Config } from "../../src/config/config.ts";
import { clientOf } from "../../src/entries/loader.ts";
import type { Failure, Result } from "../../src/ground/errors.ts";
import { field } from "../../src/ground/plain-data.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { callOf, isAbsence } from "../../src/resources/question.ts";
import { itemsOn } from "../../src/resources/read-page.ts";
import { idNamesOf, readQuery } from "../../src/resources/read-query.ts";
import { resources } from "../../src/resources/registry.ts";
import type { Page, Resource } from "../../src/resources/resource.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import type { AppAnswer } from "./apps.ts";
import type { Finding, Tell } from "./findings.ts";

/** Calls for one app, at most: its sessions were listed already. */
const callsPerApp = resources.length - 1;
const appsMax = 5;

/** How many apps are asked: five, and no more than one window of the deployment's budget has calls for, beside those of other checks. */
export const resourceAppsMax = ({ apps, budget }: Config, otherCalls: number): number =>
  Math.max(0, Math.min(appsMax, apps.size, Math.floor((budget.requests - otherCalls) / callsPerApp)));

export const resourceCallsMax = (appCount: number): number => appCount * callsPerApp;

type Ids = Record<string, string>;
/** Of what was asked, and of what could not be for want of an id. */
type Outcomes = ReadonlyMap<Resource, Failure | "read" | "unasked">;
type ResourceCheckDeps = { fetch: Fetch; clock: Clock; tell: Tell; appCount: number };

/** Asks the first `appCount` apps of those that answered; nobody any more once the account's limit is spent. */
export async function checkResources(
  config: Config,
  answers: readonly AppAnswer[],
  { fetch, clock, tell, appCount }: ResourceCheckDeps,
): Promise<void> {
  const client = clientOf(config, { fetch, clock });

  async function ask(appId: string, resource: Resource, ids: Ids): Promise<Result<Page>> {
    const now = clock.now();
    const query = readQuery(resource, "", now);
    if (!query.ok) return query;
    const context = { appId, ids, query: query.value, exposeMeta: false, firstPage: config.upstreamFirstPage, now };
    const answer = await client.get({
      ...callOf({ ...context, path: resource.path }, config.upstreamFirstPage),
      report: () => {},
      deadlineAt: now + config.upstreamDeadlineMs,
      read: (body) => resource.read(body, context),
    });
    if (!answer.ok) return { ok: false, failure: answer.failure.failure };
    const read = answer.value.page;
    return read.ok
      ? { ok: true, value: read.value.page }
      : { ok: false, failure: { code: "upstream_malformed", reason: read.failure } };
  }

  async function askAll({ appId, first }: AppAnswer): Promise<Outcomes> {
    const ids: Ids = first.row === undefined ? {} : { session_id: first.row };
    const outcomes = new Map<Resource, Failure | "read" | "unasked">();
    // A resource whose path has an id that is not known yet waits for the one that tells it.
    const waiting = new Set(resources.filter(({ path }) => path !== "/sessions"));
    for (;;) {
      const next = [...waiting].find((resource) => idNamesOf(resource).every((name) => ids[name] !== undefined));
      if (!next) break;
      waiting.delete(next);
      const read = await ask(appId, next, ids);
      outcomes.set(next, read.ok ? "read" : read.failure);
      if (isLimited(outcomes)) return outcomes;
      if (read.ok) learn(ids, next, read.value);
    }
    for (const resource of waiting) outcomes.set(resource, "unasked");
    return outcomes;
  }

  for (const [place, answer] of answers.slice(0, appCount).entries()) {
    const outcomes = await askAll(answer);
    tell(findingOf(answer.alias, outcomes));
    if (isLimited(outcomes)) {
      for (const { alias } of answers.slice(place + 1)) {
        tell({
          level: "note",
          check: `resources ${alias}`,
          what: "were not asked, because the account's limit is spent",
        });
      }
      return;
    }
  }
  const left = answers.length - appCount;
  if (left > 0) {
    const why =
      appCount < appsMax ? `UPSTREAM_BUDGET_REQUESTS leaves calls for ${appCount}` : `the first ${appsMax} are`;
    const what = `of ${left} ${left === 1 ? "app" : "apps"} were not asked: ${why}, with ${callsPerApp} calls each`;
    tell({ level: "note", check: "resources", what });
  }
}

const isLimited = (outcomes: Outcomes) =>
  [...outcomes.values()].some((outcome) => typeof outcome === "object" && outcome.code === "upstream_limited");

function learn(ids: Ids, resource: Resource, page: Page): void {
  const [item] = itemsOn(page, resource);
  const take = (name: string, value: unknown) => {
    if (typeof value === "string") ids[name] ??= value;
  };
  if (resource.name === "sessions") take("meeting_id", field(item, "associated_id"));
  if (resource.name !== "participants") return;
  take("participant_id", field(item, "id"));
  take("peer_id", field(item, "id"));
}

function findingOf(alias: string, outcomes: Outcomes): Finding {
  const check = `resources ${alias}`;
  const named = (wanted: (outcome: Failure | "read" | "unasked") => boolean) =>
    [...outcomes].flatMap(([{ operationId }, outcome]) => (wanted(outcome) ? [operationId] : [])).join(", ");
  const failures = (wanted: (failure: Failure) => boolean) =>
    named((outcome) => typeof outcome === "object" && wanted(outcome));
  const isRefusal = ({ code }: Failure) => code === "upstream_unauthorized";
  const refused = failures(isRefusal);
  const absent = named((outcome) => outcome === "unasked" || (typeof outcome === "object" && isAbsence(outcome)));
  const failed = failures((failure) => !isRefusal(failure) && !isAbsence(failure));
  const calls = [...outcomes.values()].filter((outcome) => outcome !== "unasked").length;
  const what = [
    `the token reads ${named((outcome) => outcome === "read") || "none"}`,
    ...(absent === "" ? [] : [`nothing to read of ${absent}`]),
    ...(refused === "" ? [] : [`refused: ${refused}`]),
    ...(failed === "" ? [] : [`can't be read: ${failed}`]),
    `${calls} ${calls === 1 ? "call" : "calls"}`,
  ].join("; ");
  if (isLimited(outcomes)) {
    return {
      level: "warn",
      check,
      what: `${what}; the account's limit is spent`,
      fix: "wait, and find out who else spends it",
    };
  }
  if (refused !== "") {
    const fix = "give the token the permission Realtime, or leave these out of the policies";
    return { level: "warn", check, what, fix };
  }
  if (failed !== "") {
    return { level: "warn", check, what, fix: "try again; look for a newer version of this service if it stays so" };
  }
  return { level: "ok", check, what };
}
