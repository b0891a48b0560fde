// What a resource hangs on, looked up through the cache: whose it is, and how it is.
//
// Whose it is never changes, so that it is remembered; a question about somebody's own page then costs no look-up. "Not yours" and "not
// there" must not be told apart by time either: either rests on an answer of the upstream that is at most five seconds old, which is as
// long as a 404 of the upstream is remembered.
import type { PageCache, ReadContext } from "../cache/page-cache.ts";
import { createBoundedMap } from "../ground/bounded-map.ts";
import { fail, ok, type Result } from "../ground/errors.ts";
import type { Clock } from "../ground/runtime.ts";
import { parentOn, type Question } from "../resources/question.ts";
import { pathOf, readQuery } from "../resources/read-query.ts";
import { resourceAt } from "../resources/registry.ts";
import type { Parent } from "../resources/resource.ts";
import type { Ask, Questions } from "./questions.ts";
import type { Eventually } from "./eventually.ts";

export type Parents = {
  /** The question with its parent, where one matters; `not_found` where that is not the asker's. At once where it is known. */
  admit(ask: Ask, contextOf: () => ReadContext): Eventually<Result<Question>>;
};

const rememberedMax = 10_000;
const denialMs = 5_000;

export function createParents({
  pages,
  questions,
  clock,
}: {
  pages: PageCache<Question>;
  questions: Questions;
  clock: Pick<Clock, "now">;
}): Parents {
  const known = createBoundedMap<string, Parent>({ entriesMax: rememberedMax });

  async function lookUp({ question, meetings }: Ask, path: string, context: ReadContext): Promise<Result<Question>> {
    const resource = resourceAt(path);
    const query = readQuery(resource, "", clock.now());
    if (!query.ok) return query;
    const { appId, ids } = question;
    const parents = await questions.make({ resource, appId, ids }, query.value);
    const read = async (floor?: number): Promise<Result<Parent>> => {
      const found = await pages.get(parents, { ...context, floor });
      if (!found.ok) return found;
      const parent = parentOn(found.value.body);
      if (!parent) return fail({ code: "upstream_malformed", reason: "entry" });
      known.set(placeOf(question, path), parent);
      return ok(parent);
    };
    let found = await read();
    if (found.ok && !isTheirs(found.value, meetings)) found = await read(clock.now() - denialMs);
    if (!found.ok) return found;
    return isTheirs(found.value, meetings) ? ok({ ...question, parent: found.value }) : fail({ code: "not_found" });
  }

  return {
    admit(ask, contextOf) {
      const { question, resource, meetings } = ask;
      const { owner, needsParent = false } = resource;
      if (owner.by !== "parent" || (!needsParent && !meetings)) return ok(question);
      const parent = known.get(placeOf(question, owner.path));
      const isEnough = parent && isTheirs(parent, meetings) && !(needsParent && parent.isLive);
      return isEnough ? ok(needsParent ? { ...question, parent } : question) : lookUp(ask, owner.path, contextOf());
    },
  };
}

/** Where the parent is: the same for everything that hangs on it. An app id has no slash. */
const placeOf = ({ appId, ids }: Question, path: string) => appId + pathOf({ path }, ids);

const isTheirs = ({ meeting }: Parent, meetings: readonly string[] | undefined) =>
  meetings === undefined || meetings.includes(meeting);
