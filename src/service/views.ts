// Pages as their readers may see them: cut to a view once, and kept as bytes, so that a restricted hit stays a hit.
//
// The cut comes after the cache: readers with different rights share a page and not its bytes. What was cut is kept under the
// page's key and the view's id, with the page's own times, and is forgotten as pages are: bounded, least recently used first.
import { etagOf } from "../cache/store.ts";
import type { Entry, MemoryStore } from "../cache/store.ts";
import type { Result } from "../ground/errors.ts";
import type { Report } from "../ground/runtime.ts";
import { cutPage } from "../resources/cut.ts";
import { serialisePage } from "../resources/question.ts";
import type { Page } from "../resources/resource.ts";
import type { Ask } from "./questions.ts";

export type Views = {
  /** The entry as the asker may see it, if it was cut before. */
  recall(entry: Entry, ask: Ask): Entry | undefined;
  /** The same, cut where it was not. Fails only where the entry holds no page. */
  show(entry: Entry, ask: Ask, report: Report): Promise<Result<Entry>>;
};

export function createViews(memory: MemoryStore): Views {
  function recall(entry: Entry, { question, view }: Ask): Entry | undefined {
    // Of nothing, everybody is shown the same.
    if (!view || entry.body.byteLength === 0) return entry;
    const cut = memory.get(keyOf(question.key, view.id));
    return cut && isOf(cut, entry) ? cut : undefined;
  }

  return {
    recall,
    async show(entry, ask, report) {
      const known = recall(entry, ask);
      if (known || !ask.view) return { ok: true, value: known ?? entry };
      const page = pageIn(entry);
      if (!page) return { ok: false, failure: { code: "upstream_malformed", reason: "entry" } };
      const { page: shown, rowsCut } = cutPage(page, ask.resource, ask.view);
      if (rowsCut > 0) report({ type: "page.rowsCut", count: rowsCut });
      const body = new TextEncoder().encode(serialisePage(shown));
      const cut: Entry = { ...entry, body, etag: await etagOf(body) };
      memory.put(keyOf(ask.question.key, ask.view.id), cut);
      return { ok: true, value: cut };
    },
  };
}

const keyOf = (pageKey: string, viewId: string) => `${pageKey} ${viewId}`;

/** Whether a cut was made of this very page: a later load has another sequence, and what was shown longer other times. */
const isOf = (cut: Entry, entry: Entry) => cut.sequence === entry.sequence && cut.freshUntil === entry.freshUntil;

/** An entry's body is a page: its shape was checked where it came from outside this process. */
export function pageIn({ body }: Entry): Page | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Page;
  } catch {
    return undefined;
  }
}
