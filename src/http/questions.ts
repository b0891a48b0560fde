// From a raw query string to a question: canonical query plus key.
//
// Dashboards poll the same few addresses for hours, so that the last ones are remembered with their outcome: a hit then costs one
// look-up instead of routing, parsing and a hash. Only valid and short ones are remembered, so that hostile ones cost no memory.
import type { Result } from "../errors.ts";
import { parseSessionQuery, sessionPageKey } from "../sessions/query.ts";
import type { SessionQuery } from "../sessions/query.ts";

/** One page of one app. Plain data: it travels to the shield as it is. */
export type SessionQuestion = { key: string; appId: string; query: SessionQuery };

export type Questions = {
  /** The question of a target (path and query as they came in) that was asked before. */
  known(target: string): SessionQuestion | undefined;
  /** `search` is the raw query string, with its question mark where the target has one. */
  ask(appId: string, search: string): Promise<Result<SessionQuestion>>;
  /** Only for a target whose route, app and query were found good. */
  remember(target: string, question: SessionQuestion): void;
};

const targetsMax = 2_000;
const targetLengthMax = 512;

/** The settings are parts of every key. */
export function createQuestions(
  settings: Readonly<{ accountId: string; exposeMeta: boolean; upstreamFirstPage: 0 | 1 }>,
): Questions {
  const { accountId, exposeMeta, upstreamFirstPage: firstPage } = settings;
  const targets = new Map<string, SessionQuestion>();

  return {
    known: (target) => targets.get(target),
    async ask(appId, search) {
      const parsed = parseSessionQuery(search);
      if (!parsed.ok) return parsed;
      const query = parsed.value;
      const key = await sessionPageKey({ accountId, appId, exposeMeta, firstPage, query });
      return { ok: true, value: { key, appId, query } };
    },
    remember(target, question) {
      if (target.length > targetLengthMax) return;
      targets.set(target, question);
      for (const oldest of targets.keys()) {
        if (targets.size <= targetsMax) break;
        targets.delete(oldest);
      }
    },
  };
}
