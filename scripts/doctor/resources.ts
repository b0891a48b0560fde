// What the token may read of each app: every resource is asked once, over the client and the readers that the service itself uses.
//
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

/** Calls for one app, at most. */
export const resourceCallsMax = resources.length - 1;

type Ids = Record<string, string>;

export async function checkResources(
  config: Config,
  answers: readonly AppAnswer[],
  { fetch, clock, tell }: { fetch: Fetch; clock: Clock; tell: Tell },
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

  for (const { alias, appId, first } of answers) {
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
      if (read.ok) learn(ids, next, read.value);
    }
    for (const resource of waiting) outcomes.set(resource, "unasked");
    tell(findingOf(alias, outcomes));
  }
}

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

function findingOf(alias: string, outcomes: ReadonlyMap<Resource, Failure | "read" | "unasked">): Finding {
  const check = `resources ${alias}`;
  const named = (wanted: (outcome: Failure | "read" | "unasked") => boolean) =>
    [...new Set([...outcomes].flatMap(([{ operationId }, outcome]) => (wanted(outcome) ? [operationId] : [])))].join(
      ", ",
    );
  const isFailure = (outcome: Failure | "read" | "unasked") => typeof outcome === "object";
  const refused = named((outcome) => isFailure(outcome) && outcome.code === "upstream_unauthorized");
  const absent = named((outcome) => outcome === "unasked" || (isFailure(outcome) && isAbsence(outcome)));
  const failed = named(
    (outcome) => isFailure(outcome) && outcome.code !== "upstream_unauthorized" && !isAbsence(outcome),
  );
  const parts = [`the token reads ${named((outcome) => outcome === "read") || "none"}`];
  if (absent !== "") parts.push(`nothing to read of ${absent}`);
  if (refused !== "") {
    return {
      level: "warn",
      check,
      what: [...parts, `refused: ${refused}`].join("; "),
      fix: "give the token the permission Realtime, or leave these out of the policies",
    };
  }
  if (failed !== "") {
    return {
      level: "warn",
      check,
      what: [...parts, `can't be read: ${failed}`].join("; "),
      fix: "try again; look for a newer version of this service if it stays so",
    };
  }
  return { level: "ok", check, what: parts.join("; ") };
}
