// One question of one app, as it goes through cache and shield to the upstream, and how the upstream's answer is read for it.
import { ok, type Failure, type Result } from "../ground/errors.ts";
import type { FileState } from "../ground/file-state.ts";
import { field } from "../ground/plain-data.ts";
import { itemsOn } from "./read-page.ts";
import { pathOf, upstreamParameters } from "./read-query.ts";
import { resourceAt, resourceOfKey } from "./registry.ts";
import type { Page, Parent, ReadContext, ReadPage, Resource, Values } from "./resource.ts";

/**
 * Plain data. `app` is the app's alias, for the log; `path` the resource's template; `parent` what the resource hangs on, as
 * it was when the question was asked: it helps reading and is no part of the key.
 */
export type Question = {
  key: string;
  appId: string;
  app: string;
  path: string;
  ids: Readonly<Record<string, string>>;
  query: Values;
  /** What touches it, and until when; see tags.ts. */
  tags: readonly string[];
  closesAt?: number | undefined;
  parent?: Parent | undefined;
};

/** Where a question is asked upstream. `firstPage`: the number that the upstream gives its first page. */
export function callOf(
  { appId, path, ids, query }: Pick<Question, "appId" | "path" | "ids" | "query">,
  firstPage: 0 | 1,
) {
  const resource = resourceAt(path);
  return {
    appId,
    path: pathOf(resource, ids),
    parameters: upstreamParameters(query, firstPage),
    rowsMax: resource.rowsMax(query),
  };
}

/** Reads answers for the upstream's page source. Never throws. */
export function createReading(options: { firstPage: 0 | 1; exposeMeta: boolean }) {
  const contextOf = (question: Question, now: number): ReadContext => ({ ...options, ...question, now });

  return {
    callOf: (question: Question) => callOf(question, options.firstPage),

    /** `now` in epoch milliseconds. A failure is a code of ours. */
    read(body: unknown, question: Question, now: number) {
      const resource = resourceAt(question.path);
      const context = contextOf(question, now);
      const read: Result<ReadPage, string> = resource.read(body, context);
      if (!read.ok) return read;
      const { page, droppedCount, notes, link } = read.value;
      const { withFile } = resource;
      return ok({
        ...bytesOf(page, resource, context),
        droppedCount,
        notes,
        file:
          link !== undefined && withFile
            ? { link, pageWith: (state: FileState) => bytesOf(withFile(page, state, context), resource, context) }
            : undefined,
      });
    },

    /** The page that the upstream's refusal stands for; undefined where it is a failure. */
    absent(failure: Failure, question: Question, now: number) {
      const resource = resourceAt(question.path);
      const { absent } = resource;
      const context = contextOf(question, now);
      if (!absent) return undefined;
      if ("page" in absent) return isAbsence(failure) ? bytesOf(absent.page(context), resource, context) : undefined;
      return failure.code === "not_found" ? { body: new Uint8Array(), volatility: "live" as const } : undefined;
    },
  };
}

/** Whether a failure says that there is no such thing. Which of several client errors the upstream answers with is documented nowhere. */
export const isAbsence = (failure: Failure) =>
  failure.code === "not_found" ||
  (failure.code === "upstream_failed" && ["status_400", "status_410", "status_422"].includes(failure.reason));

function bytesOf(page: Page, resource: Resource, context: ReadContext) {
  const items = itemsOn(page, resource);
  return {
    body: encoder.encode(serialisePage(page)),
    volatility: resource.volatility(items, context),
    freshSeconds: resource.freshSeconds?.(items, context),
    expiresAt: resource.expiresAt?.(items, context),
  };
}

/** What nothing in a page's place stands for; undefined where there is a page. */
export const absenceOf = ({ absent }: Resource, body: Uint8Array) =>
  body.byteLength === 0 && absent && "code" in absent ? absent : undefined;

/** What a page says of the session on it, for what hangs on that session; undefined where it can't be read. */
export function parentOn(body: Uint8Array): Parent | undefined {
  const item = field(parseJson(body), "data");
  const [meeting, status, endedAt] = ["associated_id", "status", "ended_at"].map((name) => field(item, name));
  if (typeof meeting !== "string") return undefined;
  return {
    meeting: meeting.toLowerCase(),
    isLive: status === "LIVE",
    endedAt: typeof endedAt === "string" ? endedAt : null,
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a page. Readers build every object in the order of the schema, so equal pages have equal bytes. */
export const serialisePage = (page: Page): string => JSON.stringify(page);

/** Whether bytes are what the resource of a key writes: a page in UTF-8, the schema's keys and no others; or none. Never throws. */
export function isPageBody(key: string, body: Uint8Array): boolean {
  const resource = resourceOfKey(key);
  if (!resource) return false;
  if (body.byteLength === 0) return absenceOf(resource, body) !== undefined;
  return resource.page.safeParse(parseJson(body)).success;
}
