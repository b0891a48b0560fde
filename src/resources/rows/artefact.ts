// A file that a session leaves behind: chat, transcript or summary. A link alone does not say that there is one, so the file is looked
// at, and the link is shown only where there is something in it.
//
// state: `ready`, the link is there and the file is not empty; `empty`, the file has no byte; `pending`, the session runs or ended less
// than an hour ago; `absent`, there is none. A link to `…/store/default/…` is the same for every session: there is none.
import { fail, ok, type Result } from "../../ground/errors.ts";
import { field, isRecord } from "../../ground/plain-data.ts";
import { parseInstant } from "../../ground/timestamp.ts";
import * as fields from "../fields.ts";
import { dataIn, oneSchema, readOne } from "../read-page.ts";
import type { Item, Page, Parameter, ReadContext, ReadPage, Resource } from "../resource.ts";
import { sessionPath, SETTLING_SESSION_MS } from "./session.ts";

/** Files of a session are made within this time. */
const PENDING_MS = 3_600_000;
/** How long a link is believed whose end can't be read, beyond the margin before each end. */
const UNKNOWN_EXPIRY_MS = 360_000;

type Names = { link: string; expiry: string; linkAliases: readonly string[]; expiryAliases: readonly string[] };
type State = "ready" | "empty" | "pending" | "absent";
const states = ["ready", "empty", "pending", "absent"] as const;

const isPending = ({ parent, now }: ReadContext): boolean => {
  if (!parent || parent.isLive) return true;
  const endedAt = parent.endedAt === null ? undefined : parseInstant(parent.endedAt);
  return endedAt === undefined || endedAt > now - PENDING_MS;
};

/** What a file is called, and where the upstream tells of it. */
type Artefact = {
  name: string;
  operationId: string;
  title: string;
  description: string;
  suffix: `/${string}`;
  names: Names;
  parameters?: Readonly<Record<string, Parameter>>;
};

export function artefact({
  name,
  operationId,
  title,
  description,
  suffix,
  names,
  parameters = {},
}: Artefact): Resource {
  const { link, expiry } = names;
  const item = fields.itemOf(title.replaceAll(" ", ""), description, {
    [link]: {
      ...fields.nullable(
        fields.link,
        "Where the file can be had; null unless `state` is `ready`. A secret: it needs no token.",
        "https://files.example.com/file?signature=0",
      ),
      aliases: names.linkAliases,
    },
    [expiry]: {
      ...fields.loose(fields.moment, "When the link ends; null where there is none.", "2026-11-29T11:02:14.000Z"),
      aliases: names.expiryAliases,
    },
    state: fields.completed(
      fields.word(states),
      "`ready`: the link is there and the file is not empty. `empty`: the file has no byte. `pending`: the session runs or ended less than an hour ago. `absent`: there is none.",
      "ready",
    ),
  });
  const pageOf = (state: State, url: unknown = null, ends: unknown = null): Page => ({
    success: true,
    data: { [link]: state === "ready" ? url : null, [expiry]: state === "ready" ? ends : null, state },
  });
  const without = (context: ReadContext) => pageOf(isPending(context) ? "pending" : "absent");

  function read(body: unknown, context: ReadContext): Result<ReadPage, string> {
    const data = dataIn(body);
    // `data` may be null where there is no file.
    if (!data.ok && data.failure === "data.missing" && isRecord(body)) {
      return ok({ page: without(context), droppedCount: 0, notes: { droppedReasons: [] } });
    }
    const found = readOne(body, { at: [], item, nestedUnder: [] }, context);
    if (!found.ok) return fail(found.failure);
    const url = field(found.value.page.data, link);
    const ends = field(found.value.page.data, expiry);
    const endsAt = typeof ends === "string" ? parseInstant(ends) : undefined;
    if (typeof url !== "string" || url.includes("/store/default/") || (endsAt !== undefined && endsAt <= context.now)) {
      return ok({ ...found.value, page: without(context) });
    }
    return ok({ ...found.value, page: pageOf("ready", url, ends), link: url });
  }

  return {
    name,
    operationId,
    summary: `Get a session's ${title.toLowerCase()}`,
    description: `${description} The file is looked at before its link is shown.`,
    version: 1,
    path: `${sessionPath}${suffix}`,
    parameters,
    rowsMax: () => 1,
    fields: Object.keys(item.fields),
    schemas: [title.replaceAll(" ", "")],
    at: [],
    shape: "one",
    page: oneSchema(`${title.replaceAll(" ", "")}Link`, description, [], item.schema),
    read,
    withFile(page, file, context) {
      if (file === "filled") return page;
      return file === "empty" ? pageOf("empty") : without(context);
    },
    owner: { by: "parent", path: sessionPath },
    needsParent: true,
    freshBy: ["state"],
    /** "absent" soon after the end may still change. */
    volatility([row], { parent, now }) {
      if (field(row, "state") === "ready") return "settled";
      const endedAt = parent?.endedAt ? parseInstant(parent.endedAt) : undefined;
      return endedAt !== undefined && endedAt < now - SETTLING_SESSION_MS ? "settled" : "recent";
    },
    expiresAt: ([row], { now }) => expiryOf(row, link, expiry, now),
    holdsLinks: true,
    absent: { page: without },
    isShownByDefault: false,
    example: pageOf("ready", "https://files.example.com/file?signature=0", "2026-11-29T11:02:14.000Z"),
  };
}

/** Undefined where no link is shown. */
export function expiryOf(row: Item | undefined, link: string, expiry: string, now: number): number | undefined {
  if (typeof field(row, link) !== "string") return undefined;
  const ends = field(row, expiry);
  return (typeof ends === "string" ? parseInstant(ends) : undefined) ?? now + UNKNOWN_EXPIRY_MS;
}
