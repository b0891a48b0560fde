// From a target to what is asked: canonical query with the scope injected, its key, and what may be shown of the page.
//
// Dashboards poll the same few addresses for hours, so that the last ones are remembered with their outcome: a hit then costs one
// look-up instead of routing, parsing and a hash. Only valid and short ones are remembered, so that hostile ones cost no memory;
// and they are remembered for one access, so that what one caller may ask is never known to another. Not remembered is a question
// whose defaults move with time.
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Result } from "../ground/errors.ts";
import type { Clock } from "../ground/runtime.ts";
import type { Access, Scope } from "../policy/access.ts";
import { scopeQuery } from "../policy/scope.ts";
import type { View } from "../resources/cut.ts";
import type { Question } from "../resources/question.ts";
import { keyOf, movesWithTime, readQuery } from "../resources/read-query.ts";
import type { Resource, Values } from "../resources/resource.ts";
import { tagsOf } from "../resources/tags.ts";

/** An address below a configured app. */
export type Address = { resource: Resource; appId: string; ids: Readonly<Record<string, string>> };

/**
 * A question, the scope within which it was asked, and what its asker may see of the page: all of it where there is no view. `meetings`: one
 * of these must be its parent's.
 */
export type Ask = {
  resource: Resource;
  question: Question;
  view: View | undefined;
  meetings: readonly string[] | undefined;
  scope: Scope;
};

export type Questions = {
  /** What a target (path and query as they came in) meant when somebody of the same access asked it before. */
  known(access: Access, target: string): Ask | undefined;
  /** `search` is the raw query string, with its question mark where the target has one. */
  ask(address: Address, scope: Scope, search: string): Promise<Result<Ask>>;
  /** Only for a target whose address and query were found good. */
  remember(access: Access, target: string, ask: Ask): void;
  /** A question of our own, beside those of clients. */
  make(address: Address, query: Values): Promise<Question>;
};

const targetsMax = 4_000;
const targetLengthMax = 512;

/** The settings are parts of every key. */
export function createQuestions(
  settings: Readonly<{
    accountId: string;
    apps: ReadonlyMap<string, string>;
    exposeMeta: boolean;
    upstreamFirstPage: 0 | 1;
  }>,
  clock: Pick<Clock, "now">,
): Questions {
  const { accountId, exposeMeta, upstreamFirstPage: firstPage } = settings;
  const aliases = new Map([...settings.apps].map(([alias, appId]) => [appId, alias]));
  const targets = createBoundedMap<string, Ask>({ entriesMax: targetsMax });

  async function make({ resource, appId, ids }: Address, query: Values): Promise<Question> {
    const key = await keyOf(resource, { accountId, appId, exposeMeta, firstPage, ids, query });
    const touched = tagsOf(resource, { appId, ids, query });
    return { key, appId, app: aliases.get(appId) ?? "", path: resource.path, ids, query, ...touched };
  }

  return {
    // An access id has no slash and a target begins with one, so that no two pairs are spelled alike.
    known: (access, target) => targets.get(access.id + target),
    make,
    async ask(address, scope, search) {
      const { resource, ids } = address;
      const read = readQuery(resource, search, clock.now());
      if (!read.ok) return read;
      const scoped = scopeQuery(resource, { ids, query: read.value }, scope);
      if (!scoped.ok) return scoped;
      const { query, view, meetings } = scoped.value;
      const question = await make(address, query);
      return { ok: true, value: { resource, question, view, meetings, scope } };
    },
    remember(access, target, ask) {
      if (target.length > targetLengthMax || movesWithTime(ask.resource)) return;
      targets.set(access.id + target, ask);
    },
  };
}
