// From a raw query string to what is asked: canonical query with the scope injected, its key, and what may be shown of the page.
//
// Dashboards poll the same few addresses for hours, so that the last ones are remembered with their outcome: a hit then costs one
// look-up instead of routing, parsing and a hash. Only valid and short ones are remembered, so that hostile ones cost no memory;
// and they are remembered for one access, so that what one caller may ask is never known to another.
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Result } from "../ground/errors.ts";
import type { Access, Scope } from "../policy/access.ts";
import { scopedQuery } from "../policy/scope.ts";
import { parseSessionQuery, sessionPageKey } from "../sessions/query.ts";
import type { SessionQuery } from "../sessions/query.ts";
import type { SessionView } from "../sessions/view.ts";

/** One page of one app; `app` is its alias, for the log. Plain data: it travels to the shield as it is. */
export type SessionQuestion = { key: string; appId: string; app: string; query: SessionQuery };

/**
 * A question, and what its asker may see of the page: all of it where there is no view. `budgetPercent`: the part of the budget that the
 * asker's policy gives one client, where it says so.
 */
export type Ask = { question: SessionQuestion; view: SessionView | undefined; budgetPercent?: number | undefined };

export type Questions = {
  /** What a target (path and query as they came in) meant when somebody of the same access asked it before. */
  known(access: Access, target: string): Ask | undefined;
  /** `search` is the raw query string, with its question mark where the target has one. */
  ask(appId: string, scope: Scope, search: string): Promise<Result<Ask>>;
  /** Only for a target whose route, app and query were found good. */
  remember(access: Access, target: string, ask: Ask): void;
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
): Questions {
  const { accountId, exposeMeta, upstreamFirstPage: firstPage } = settings;
  const aliases = new Map([...settings.apps].map(([alias, appId]) => [appId, alias]));
  const targets = createBoundedMap<string, Ask>({ entriesMax: targetsMax });

  return {
    // An access id has no slash and a target begins with one, so that no two pairs are spelled alike.
    known: (access, target) => targets.get(access.id + target),
    async ask(appId, scope, search) {
      const parsed = parseSessionQuery(search);
      if (!parsed.ok) return parsed;
      const scoped = scopedQuery(parsed.value, scope);
      if (!scoped.ok) return scoped;
      const { query, view } = scoped.value;
      const key = await sessionPageKey({ accountId, appId, exposeMeta, firstPage, query });
      return {
        ok: true,
        value: {
          question: { key, appId, app: aliases.get(appId) ?? "", query },
          view,
          budgetPercent: scope.budgetPercent,
        },
      };
    },
    remember(access, target, ask) {
      if (target.length > targetLengthMax) return;
      targets.set(access.id + target, ask);
    },
  };
}
