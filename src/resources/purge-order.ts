// What a purge names, as one closed JSON object: an app, and within it a meeting or a session. All mistakes are told at once, each with
// its place and its fix, and without the value.
import * as z from "zod";
import type { Change } from "./change.ts";
import { fail, ok, type BodyIssue, type Result } from "../ground/errors.ts";
import { parseObject } from "../ground/parse-object.ts";
import { isId, readMeetingId } from "./parameters.ts";

const issuesMax = 20;
const shownKeyLengthMax = 64;

export const PurgeOrder = z
  .strictObject({
    app: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: "The app: its alias in the configuration, or its app id.", examples: ["demo"] }),
    meeting: z
      .string()
      .min(1)
      .max(64)
      .refine((text) => readMeetingId(text) !== undefined)
      .optional()
      .meta({
        description: "Only pages about this meeting: its UUID or room name. Not beside `session`.",
        examples: ["6bf2b8be-04dd-4191-b602-1128921a306b"],
      }),
    session: z
      .string()
      .min(1)
      .max(64)
      .refine(isId)
      .optional()
      .meta({
        description: "Only pages about this session: its id. Not beside `meeting`.",
        examples: ["813432c7-3c5a-45e2-9acf-eef7061c7584"],
      }),
    hard: z
      .boolean()
      .optional()
      .meta({
        description:
          "Whether an older page may not be shown any more at all. Without it, one is still shown while the upstream fails.",
        examples: [true],
      }),
  })
  .meta({
    id: "PurgeOrder",
    description: "What is to be forgotten: all of an app, or what is about one meeting or session.",
  });
export type PurgeOrder = z.infer<typeof PurgeOrder>;

const requirements: Readonly<Record<string, string>> = {
  app: "must be an alias or an app id of 1 to 64 characters",
  meeting: "must be a UUID or a room name of 1 to 64 letters, digits and hyphens",
  session: "must be the id of a session: 1 to 64 letters, digits, hyphens and underscores",
  hard: "must be true or false",
} satisfies Record<keyof PurgeOrder, string>;
const keys = Object.keys(requirements).join(", ");

/** What UTF-8 bytes order, the meeting in canonical form; else at most 20 issues: known keys in their order, then unknown ones by name. */
export function readPurgeOrder(bytes: Uint8Array): Result<PurgeOrder> {
  const raw = parseObject(bytes);
  const order = PurgeOrder.safeParse(raw);
  const isTwofold = raw?.["meeting"] !== undefined && raw["session"] !== undefined;
  if (order.success && !isTwofold) {
    const { meeting, ...rest } = order.data;
    return ok({ ...rest, ...(meeting !== undefined && { meeting: readMeetingId(meeting) }) });
  }
  const issues = order.success ? [] : issuesOf(order.error);
  if (isTwofold) issues.push({ key: "session", message: "session may not stand beside meeting; name one of them" });
  issues.sort((one, other) => placeOf(one) - placeOf(other));
  return fail({ code: "invalid_body", issues: issues.slice(0, issuesMax) });
}

/** The app is named by whoever knows the apps. */
export const changeOf = ({ meeting, session, hard }: PurgeOrder, appId: string): Change => ({
  appId,
  meeting,
  session,
  about: "purge",
  ...(hard && { isHard: true }),
});

/** What of an app is purged, in a word. */
export const reachOf = ({ meeting, session }: PurgeOrder): string =>
  session === undefined ? (meeting === undefined ? "app" : "meeting") : "session";

/** An issue for each known key that is not as required, and for each unknown one as far as it is shown. */
function issuesOf({ issues }: z.ZodError): BodyIssue[] {
  const wrong = new Set<string>();
  const unknown = new Set<string>();
  for (const { path, ...issue } of issues) {
    const [key] = path;
    if (typeof key === "string") wrong.add(key);
    else if (issue.code === "unrecognized_keys") for (const one of issue.keys) unknown.add(shown(one));
    else return [{ message: `the body must be one JSON object in UTF-8 with some of ${keys}` }];
  }
  return [
    ...[...wrong].map((key) => ({ key, message: `${key} ${requirements[key] ?? ""}` })),
    ...[...unknown].sort().map((key) => ({ key, message: `unknown key; this body takes ${keys}` })),
  ];
}

const shown = (key: string) => key.slice(0, shownKeyLengthMax).replace(/[^ -~]/g, "?") || "(empty name)";

const known = Object.keys(requirements);
const placeOf = ({ key = "" }: BodyIssue) => (known.includes(key) ? known.indexOf(key) : known.length);
