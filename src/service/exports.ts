// All rows of a list, page after page, oldest first: from the question of an export to its rows and to an honest end.
//
// Identity, limits and question are decided once, as for a page; each page comes the same way as anybody's, in the lane *warm*, and is cut to
// what the caller may see. What waiting can cure is waited for, within bounds; anything else ends the export, which says how to go on.
import type { Entry } from "../cache/store.ts";
import { fail, ok, type Failure, type Result } from "../ground/errors.ts";
import type { Clock } from "../ground/runtime.ts";
import { exportLastsMs } from "../limits/exports.ts";
import type { Places } from "../limits/places.ts";
import { availableFields } from "../policy/policies.ts";
import { parametersFor } from "../policy/scope.ts";
import { cutPage, makeView, type View } from "../resources/cut.ts";
import { exportPage, planOf } from "../resources/export.ts";
import { itemsOn } from "../resources/read-page.ts";
import type { Item, Resource } from "../resources/resource.ts";
import type { Admitted, AnswerContext, Answers, Asked, Matched } from "./answer.ts";
import { createExportTrack, type ExportPage, type ExportTrack } from "./export-track.ts";
import type { Questions } from "./questions.ts";
import { pageIn } from "./views.ts";

/** How an export ended. `next`: what to go on with; null where nobody can. `code`: of the failure that ended it, where one did. */
export type ExportEnd = { rows: number; droppedCount: number } & (
  | { complete: true }
  | { complete: false; next: string | null; retryAfterSeconds: number | null; code: Failure["code"] | undefined }
);

export type OpenedExport = Admitted & {
  /** What of a row is in it, in the order of the schema. */
  columns: readonly string[];
  /** As the list's first page says. */
  totalCount: number | null;
  /** Rows that are new, a page at a time. Once `signal` is aborted no further page is asked for. */
  rows(signal: AbortSignal): AsyncGenerator<readonly Item[], ExportEnd>;
  /** Gives its place back, once. */
  close(): void;
};

export type Exports = {
  /** `matched` names the list with the parameters of an export, `list` is the list itself. Fails as its first page does. */
  open(asked: Asked, matched: Matched, list: Resource, context: AnswerContext): Promise<Result<OpenedExport>>;
};

export type ExportsParts = {
  answers: Pick<Answers, "admit" | "once">;
  questions: Pick<Questions, "make">;
  places: Places;
  clock: Clock;
  /** Names a row where its id may not be told. */
  digest: (text: string) => string;
  exposeMeta: boolean;
};

/** How long an export waits for one page. The connection is silent meanwhile, which proxies bear for a minute as a rule. */
const patienceMs = 30_000;
/** Where a failure does not say when to come back. */
const comeBackSeconds = 10;

export function createExports(parts: ExportsParts): Exports {
  const { answers, questions, places, clock, digest, exposeMeta } = parts;

  async function begin(
    admitted: Admitted,
    list: Resource,
    context: AnswerContext,
  ): Promise<Result<Omit<OpenedExport, "close">>> {
    const { ask, endsAt } = admitted;
    const { appId, ids, query } = ask.question;
    const startedAt = clock.now();
    const plan = planOf(query, startedAt, parametersFor(list, ask.scope).includes("end_time"));
    const columns = columnsOf(list, ask.scope.fields);
    const view = makeView(list, columns, ask.view?.meeting);
    const track = createExportTrack(plan.start, { perPage: list.perPageMax ?? 1, digest });

    async function load(pageNo: number, report: AnswerContext["report"]): Promise<Result<ExportPage>> {
      const question = await questions.make({ resource: list, appId, ids }, exportPage(list, plan, pageNo));
      const page = { ...admitted, ask: { ...ask, resource: list, question } };
      const entry = await answers.once(page, { ...context, report });
      return entry.ok ? readPage(entry.value, list, view) : entry;
    }

    async function loadPatiently(pageNo: number, signal: AbortSignal): Promise<Result<ExportPage>> {
      const giveUpAt = clock.now() + patienceMs;
      for (;;) {
        const page = await load(pageNo, () => {}).catch(() => fail<Failure>({ code: "internal" }));
        const waitMs = page.ok || !("retryAfterSeconds" in page.failure) ? 0 : page.failure.retryAfterSeconds * 1_000;
        if (waitMs === 0 || clock.now() + waitMs > giveUpAt) return page;
        await pause(waitMs, clock, signal);
        if (signal.aborted) return page;
      }
    }

    const first = await load(plan.start.pageNo, context.report);
    if (!first.ok) return first;

    async function* rows(signal: AbortSignal): AsyncGenerator<readonly Item[], ExportEnd> {
      let page: Result<ExportPage> = first;
      for (;;) {
        if (!page.ok) return incomplete(track, page.failure);
        if (track.isDoubtful(page.value)) return incomplete(track, { code: "upstream_malformed", reason: "empty" });
        const fresh = track.take(page.value);
        if (fresh !== "again") {
          if (fresh.length > 0) yield fresh;
          if (page.value.paging?.has_more !== true) return { complete: true, ...track.counts() };
        }
        const pageNo = track.pageNo();
        if (pageNo === undefined || signal.aborted || clock.now() - startedAt >= exportLastsMs)
          return incomplete(track);
        if (clock.now() >= endsAt) return incomplete(track, { code: "unauthorized" });
        page = await loadPatiently(pageNo, signal);
      }
    }

    return ok({ ...admitted, columns, totalCount: first.value.paging?.total_count ?? null, rows });
  }

  /** What the caller is shown, but secrets: a file keeps them for long. */
  function columnsOf({ name, secretFields }: Resource, shown: "*" | readonly string[]): readonly string[] {
    const fields = shown === "*" ? availableFields(name, { exposeMeta }) : shown;
    return fields.filter((field) => !secretFields.includes(field));
  }

  return {
    async open(asked, matched, list, context) {
      const admitted = await answers.admit(asked, { ...matched, isAskedOnce: true }, context);
      if (!admitted.ok) return admitted;
      const place = places.take(admitted.value.client);
      if (!place.ok) return place;
      const close = place.value;
      try {
        const opened = await begin(admitted.value, list, context);
        if (opened.ok) return ok({ ...opened.value, close });
        close();
        return opened;
      } catch (error) {
        close();
        throw error;
      }
    },
  };
}

function readPage(entry: Entry, list: Resource, view: View): Result<ExportPage> {
  const page = pageIn(entry);
  if (!page) return fail({ code: "upstream_malformed", reason: "entry" });
  const { page: shown, items, rowsCut } = cutPage(page, list, view);
  // The upstream ignored the filter: what of the list is the caller's can't be told from its pages any more, nor where it ends.
  if (rowsCut > 0) return fail({ code: "upstream_malformed", reason: "filter" });
  const { dropped_count: droppedCount = 0, paging } = shown;
  // It would go on so for ten thousand pages.
  if (items.length === 0 && paging?.has_more === true) return fail({ code: "upstream_malformed", reason: "paging" });
  return ok({ items, shown: itemsOn(shown, list), droppedCount, paging });
}

function incomplete(track: ExportTrack, failure?: Failure): ExportEnd {
  const retryAfterSeconds = track.next() === null ? null : secondsUntilAgain(failure);
  return { complete: false, ...track.counts(), next: track.next(), retryAfterSeconds, code: failure?.code };
}

/** Null where waiting does not help: somebody has to sign in again. */
function secondsUntilAgain(failure: Failure | undefined): number | null {
  if (!failure) return 1;
  if (failure.code === "unauthorized") return null;
  return "retryAfterSeconds" in failure ? failure.retryAfterSeconds : comeBackSeconds;
}

/** For so long, or until the signal is aborted. */
function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.timer(delayMs, resolve);
    signal.addEventListener("abort", () => {
      cancel();
      resolve();
    });
  });
}
