// A file that a session leaves behind: chat, transcript or summary. A link alone does not say that there is one, so the file is looked
// at, and the link is shown only where there is something in it.
//
// state: `ready`, the link is there and the file is not empty; `empty`, the file has no byte; `pending`, the session runs or ended less
// than an hour ago; `absent`, there is none. A link to `…/store/default/…` is the same for every session: there is none.
import { ok } from "../ground/errors.ts";
import { field, isRecord } from "../ground/plain-data.ts";
import { parseInstant } from "../ground/timestamp.ts";
import * as fields from "./fields.ts";
import * as kinds from "./kinds.ts";
import { oneResource } from "./define.ts";
import { dataIn } from "./read-page.ts";
import type { Item, Page, Parameter, ReadContext, Resource } from "./resource.ts";
import { sessionPath } from "./rows/session.ts";
import { volatilityAfter } from "./settling.ts";

/** Files of a session are made within this time. */
const PENDING_MS = 3_600_000;
/** How long a link is believed whose end can't be read, beyond the margin before each end. */
const UNKNOWN_EXPIRY_MS = 360_000;

type Names = { link: string; expiry: string; linkAliases: readonly string[]; expiryAliases: readonly string[] };
type State = "ready" | "empty" | "pending" | "absent";
const states = ["ready", "empty", "pending", "absent"] as const;

const isPending = ({ parent, now }: ReadContext): boolean => {
  if (!parent || parent.isLive) return true;
  const endedAt = parseInstant(parent.endedAt);
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
  const item = fields.itemOf(title, description, {
    [link]: {
      ...fields.nullable(
        kinds.link,
        "Where the file can be had; null unless `state` is `ready`. A secret: it needs no token.",
        "https://files.example.com/file?signature=0",
      ),
      aliases: names.linkAliases,
    },
    [expiry]: {
      ...fields.loose(kinds.moment, "When the link ends; null where there is none.", "2026-11-29T11:02:14.000Z"),
      aliases: names.expiryAliases,
    },
    state: fields.completed(
      kinds.word(states),
      "`ready`: the link is there and the file is not empty. `empty`: the file has no byte. `pending`: the session runs or ended less than an hour ago. `absent`: there is none.",
      "ready",
    ),
  });
  const pageOf = (state: State, url: unknown = null, ends: unknown = null): Page => ({
    success: true,
    data: { [link]: state === "ready" ? url : null, [expiry]: state === "ready" ? ends : null, state },
  });
  const without = (context: ReadContext) => pageOf(isPending(context) ? "pending" : "absent");

  const resource = oneResource({
    name,
    operationId,
    summary: `Get a session's ${title.toLowerCase()}`,
    description: `${description} The file is looked at before its link is shown.`,
    version: 1,
    path: `${sessionPath}${suffix}`,
    parameters,
    pageId: `${title}Link`,
    about: description,
    item,
    at: [],
    withFile(page, file, context) {
      if (file === "filled") return page;
      return file === "empty" ? pageOf("empty") : without(context);
    },
    owner: { by: "parent", path: sessionPath },
    needsParent: true,
    freshBy: ["state"],
    /** "absent" soon after the end may still change. */
    volatility: ([row], { parent, now }) =>
      field(row, "state") === "ready" ? "settled" : volatilityAfter(parseInstant(parent?.endedAt), now),
    expiresAt: ([row], { now }) => expiryOf(row, link, expiry, now),
    holdsLinks: true,
    absent: { page: without },
    isShownByDefault: false,
    example: pageOf("ready", "https://files.example.com/file?signature=0", "2026-11-29T11:02:14.000Z"),
  });

  return {
    ...resource,
    read(body, context) {
      // `data` may be null where there is no file.
      const data = dataIn(body);
      if (!data.ok && data.failure === "data.missing" && isRecord(body)) {
        return ok({ page: without(context), droppedCount: 0, notes: { droppedReasons: [] } });
      }
      const found = resource.read(body, context);
      if (!found.ok) return found;
      const [url, ends] = [link, expiry].map((key) => field(found.value.page.data, key));
      const endsAt = parseInstant(ends);
      const isOver = endsAt !== undefined && endsAt <= context.now;
      if (typeof url !== "string" || url.includes("/store/default/") || isOver) {
        return ok({ ...found.value, page: without(context) });
      }
      return ok({ ...found.value, page: pageOf("ready", url, ends), link: url });
    },
  };
}

/** Undefined where no link is shown. */
export function expiryOf(row: Item | undefined, link: string, expiry: string, now: number): number | undefined {
  return typeof field(row, link) === "string"
    ? (parseInstant(field(row, expiry)) ?? now + UNKNOWN_EXPIRY_MS)
    : undefined;
}
