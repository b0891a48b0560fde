// From a raw query string to a question: canonical query plus key.
//
// Dashboards poll the same few spellings for hours, so that the last ones are remembered with their outcome: a hit then costs one
// look-up instead of parsing and a hash. Only valid and short spellings are remembered, so that hostile ones cost no memory.
import type { Result } from "../errors.ts";
import { parseSessionQuery, sessionPageKey } from "../sessions/query.ts";
import type { SessionQuery } from "../sessions/query.ts";

/** One page of one app. Plain data: it travels to the shield as it is. */
export type SessionQuestion = { key: string; appId: string; query: SessionQuery };

export type Questions = {
  /** The question of a spelling seen before. */
  known(appId: string, search: string): SessionQuestion | undefined;
  ask(appId: string, search: string): Promise<Result<SessionQuestion>>;
};

const spellingsMax = 2_000;
const spellingLengthMax = 512;

/** `search` is the raw query string, with its question mark where the address has one. The settings are parts of every key. */
export function createQuestions(
  settings: Readonly<{ accountId: string; exposeMeta: boolean; upstreamFirstPage: 0 | 1 }>,
): Questions {
  const { accountId, exposeMeta, upstreamFirstPage: firstPage } = settings;
  const spellings = new Map<string, SessionQuestion>();
  /** No app id has a question mark or an ampersand, so that no two pairs have one spelling. */
  const spelled = (appId: string, search: string) => `${appId}&${search}`;

  return {
    known: (appId, search) => spellings.get(spelled(appId, search)),
    async ask(appId, search) {
      const parsed = parseSessionQuery(search);
      if (!parsed.ok) return parsed;
      const query = parsed.value;
      const key = await sessionPageKey({ accountId, appId, exposeMeta, firstPage, query });
      const question = { key, appId, query };
      if (search.length <= spellingLengthMax) {
        spellings.set(spelled(appId, search), question);
        for (const oldest of spellings.keys()) {
          if (spellings.size <= spellingsMax) break;
          spellings.delete(oldest);
        }
      }
      return { ok: true, value: question };
    },
  };
}
