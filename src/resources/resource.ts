// What a resource is: everything the service knows of one address of the upstream, in one place.
//
// Routes at both mounts, upstream addresses, keys, policies, `explain`, the OpenAPI document and the tables in the docs follow from a
// definition. `registry.ts` lists them; nothing else names one. The generic parts beside this file read questions and answers by it.
import type * as z from "zod";
import type { QueryIssue, Result } from "../ground/errors.ts";
import type { FileState } from "../ground/file-state.ts";
import type { Volatility } from "../ground/volatility.ts";

/** A canonical value of a parameter. */
export type Value = string | number | boolean;
/** A canonical question: values by parameter. A filter that was not given is absent. */
export type Values = Readonly<Record<string, Value>>;

/** One query parameter: what is accepted, what it means, and how the document shows it. */
export type Parameter = {
  /** The canonical value of a text; undefined for anything that is not accepted. */
  read(text: string): Value | undefined;
  /** What must be true of the text: the end of a sentence that begins with the parameter's name. */
  requirement: string;
  /** The value where none is given; a function of the time (epoch milliseconds) where it changes with it. */
  fallback?: Value | ((now: number) => Value);
  /** Fields that an answer to it tells about, shown or not: only for callers who are shown them. */
  looksAt?: readonly string[];
  /** Tells of meetings beside the asked one: only for callers who may see all of them. */
  reachesAcross?: true;
  /** JSON schema, for the document alone. */
  document: Readonly<Record<string, unknown>>;
};

/** One row or thing of an answer, with the keys of its schema. */
export type Item = Readonly<Record<string, unknown>>;

/** Counts what a reader left out without losing the page. */
export type LeaveOut = (reason: string, count: number) => void;

/** What a reader knows beside the upstream's words. `now` is in epoch milliseconds. */
export type ReadContext = {
  /** Stands in for an absent `organization_id`. */
  appId: string;
  exposeMeta: boolean;
  /** The number that the upstream gives its first page. */
  firstPage: 0 | 1;
  ids: Readonly<Record<string, string>>;
  query: Values;
  /** What the resource hangs on, where it was looked up. */
  parent?: Parent | undefined;
  now: number;
};

/** What matters of the session that a resource hangs on: its meeting's canonical id, and whether it ended (RFC 3339). */
export type Parent = { meeting: string; isLive: boolean; endedAt: string | null };

/** For the report. `droppedReasons`: distinct codes, at most 20. `offset`: where the page should begin and where the upstream says it does. */
export type PageNotes = { droppedReasons: string[]; offset?: { expected: number; received: number } };

/** A page as clients see it before it is cut: the upstream's envelope around one item or many. */
export type Page = {
  success: true;
  data: unknown;
  paging?: Paging;
  dropped_count?: number;
};

export type Paging = {
  total_count: number | null;
  start_offset: number;
  end_offset: number;
  page_no: number;
  per_page: number;
  has_more: boolean;
};

/** A page, or nothing where the upstream says that there is none. `link`: of a file that has to be looked at before the page is known. */
export type ReadPage = { page: Page; droppedCount: number; notes: PageNotes; link?: string | undefined };

/** Whose an item is, for policies that restrict meetings. */
export type Owner =
  /** A field of each item, and the parameter that asks for one meeting. */
  | { by: "field"; field: string; parameter: string }
  /** A part of the path. */
  | { by: "path"; id: string }
  /** The one at this address: a template whose ids are in the resource's own path. */
  | { by: "parent"; path: string }
  /** Nobody's in particular: for callers who may see all meetings. */
  | { by: "app" };

export type Resource = {
  /** The word in policies. Several addresses may share it, and then they share their items. */
  name: string;
  /** What the document calls it: `listSessions`. */
  operationId: string;
  summary: string;
  description: string;
  /** Of the item's shape: part of every key. Raise it with any change to the bytes of a page. */
  version: number;
  /** Below the app, at both mounts and upstream. */
  path: `/${string}`;
  parameters: Readonly<Record<string, Parameter>>;
  /** What is wrong between parameters that are each right. */
  between?(query: Values): readonly QueryIssue[];
  /** Rows that an answer may have; 1 where it is no list. Bounds its size. */
  rowsMax(query: Values): number;
  /** Rows that a page of a list may have. */
  perPageMax?: number;
  /** The fields of an item, in the order of the schema. */
  fields: readonly string[];
  /** Those of them whose values are secrets. */
  secretFields: readonly string[];
  /** A field of an item that holds items with the same fields: it is cut as they are. */
  nested?: string | undefined;
  /** Where the items are in `data`: keys to follow. A list is an array there. */
  at: readonly string[];
  shape: "list" | "one";
  /** Names of the schemas of its items in the document, the nested ones too. */
  schemas: readonly string[];
  /** The strict schema of the body. */
  page: z.ZodType<Page>;
  /** Tolerant in, strict out. A failure is a code of ours, never the upstream's words. Never throws. */
  read(body: unknown, context: ReadContext): Result<ReadPage, string>;
  owner: Owner;
  /** Fields that decide how long a page is fresh: who is not shown them learns nothing of it. */
  freshBy: readonly string[];
  volatility(items: readonly Item[], context: ReadContext): Volatility;
  /**
   * Epoch milliseconds after which nothing that happens in meetings changes an answer to this question; 0 where nothing ever does. Never
   * unless given.
   */
  closesAt?(query: Values): number | undefined;
  /** Seconds of freshness, where the usual ones of its volatility don't fit. */
  freshSeconds?(items: readonly Item[], context: ReadContext): number | undefined;
  /** Epoch milliseconds after which the page must not be shown, because of links on it. */
  expiresAt?(items: readonly Item[], context: ReadContext): number | undefined;
  /** Reading needs the parent as it is now. */
  needsParent?: true;
  /** Links are secrets: no browser and no encoder keeps the answer. */
  holdsLinks?: true;
  /** What a 404 of the upstream means where it is an ordinary answer: a page, or that there is nothing. */
  absent?: { page(context: ReadContext): Page } | { code: "no_active_session" };
  /** The page once its file was looked at. */
  withFile?(page: Page, file: FileState, context: ReadContext): Page;
  /** Without a policy of the operator, whether callers see it. Content and network data must be granted by name. */
  isShownByDefault: boolean;
  /** A whole page, for the document and for tests. */
  example: Page;
};
