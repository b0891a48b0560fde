// What a caller must see, decided once more: from the policies as they were written, with nothing of the product in it. First match
// wins, for each app; and whatever is shown must be of that app, of a meeting that is allowed, and of the fields that are.
import type { Claims, OracleCase, PolicyDocument, Test, When } from "./oracle-cases.ts";
import { apps } from "./oracle-questions.ts";
import type { Question } from "./oracle-questions.ts";
import { ownersIn } from "./oracle-world.ts";
import type { World } from "./oracle-world.ts";

export type ModelScope = { meetings: "*" | readonly string[]; fields: "*" | readonly string[] };

const idPattern = /^[a-z0-9-]{1,64}$/i;

/** What of an app a caller may see, or undefined. */
export function scopeOf(
  { policies, fields: sets }: PolicyDocument,
  claims: Claims,
  app: string,
): ModelScope | undefined {
  const policy = policies.find((each) => (each.apps === "*" || each.apps.includes(app)) && holds(each.when, claims));
  if (!policy) return undefined;
  const { meetings, fields } = policy;
  const listed: unknown =
    typeof meetings === "object" && "fromClaim" in meetings ? at(claims, meetings.fromClaim) : meetings;
  const shown = typeof fields === "string" && fields !== "*" ? (sets[fields] ?? []) : fields;
  if (listed === "*") return { meetings: "*", fields: shown };
  if (!Array.isArray(listed) || listed.length === 0) return undefined;
  if (!listed.every((each) => typeof each === "string" && idPattern.test(each))) return undefined;
  return { meetings: listed.map((each) => String(each).toLowerCase()), fields: shown };
}

function holds(when: When, claims: Claims): boolean {
  if (when === "authenticated") return true;
  if ("all" in when) return when.all.every((part) => passes(part, claims));
  if ("any" in when) return when.any.some((part) => passes(part, claims));
  return passes(when, claims);
}

function passes(test: Test, claims: Claims): boolean {
  const value = at(claims, test.claim);
  if ("includes" in test) return Array.isArray(value) && value.includes(test.includes);
  return ("in" in test ? test.in : [test.equals]).includes(value);
}

const at = (claims: Claims, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((value, name) => Object.entries(value ?? {}).find(([key]) => key === name)?.[1], claims);

/** Fields that must be shown to whoever asks a question with such a pair in it. */
const lookedAt: Readonly<Record<string, RegExp>> = {
  "live_participants max_concurrent_participants": /^participants=/,
  "started_at ended_at": /^(start|end)_time=/,
  "id associated_id meeting_display_name": /^search=/,
  associated_id: /^associated_id=/,
  minutes_consumed: /^sort_by=minutes/,
  status: /^status=/,
};

export type Expected = { status: number; scope?: ModelScope; meeting?: string };

/** The status before the upstream has its say, and what may be shown under it. `claims`: undefined without a good token. */
export function expectedOf(document: PolicyDocument, claims: Claims | undefined, question: Question): Expected {
  if (!claims) return { status: 401 };
  if (!apps.some(({ alias }) => scopeOf(document, claims, alias))) return { status: 403 };
  const scope = apps.some(({ alias }) => alias === question.app) ? scopeOf(document, claims, question.app) : undefined;
  if (!scope) return { status: 404 };
  const { associated_id: asked, search, participants } = question.query;
  if (question.broken !== "") return { status: 400 };
  const { fields, meetings } = scope;
  const hidden = Object.entries(lookedAt).filter(
    ([name]) => fields !== "*" && !name.split(" ").every((each) => fields.includes(each)),
  );
  const isLooking = (pattern: RegExp) =>
    Object.entries(question.query).some(
      ([name, value]) => pattern.test(`${name}=${value}`) && (name !== "associated_id" || meetings === "*"),
    );
  if (hidden.some(([, pattern]) => isLooking(pattern))) return { status: 400 };
  if (meetings === "*") return { status: 200, scope };
  if (search !== undefined || participants !== undefined) return { status: 400 };
  const meeting = asked ?? (new Set(scope.meetings).size === 1 ? scope.meetings[0] : undefined);
  if (meeting === undefined) return { status: 400 };
  return scope.meetings.includes(meeting) ? { status: 200, scope, meeting } : { status: 404 };
}

/** What of an answer is not as it must be, in words. */
export function breachesOf(
  { status, body }: { status: number; body: string },
  expected: Expected,
  { question, world, state, exposesMeta }: Surroundings,
): string[] {
  const mayFail = state.faults.some(({ kind }) => kind === "error" || kind === "body" || kind === "rows");
  if (status !== expected.status) {
    const isFine = expected.status === 200 && (status === 304 || (mayFail && [404, 502].includes(status)));
    return isFine ? [] : [`status ${status} instead of ${expected.status}`];
  }
  const appId = apps.find(({ alias }) => alias === question.app)?.id ?? "";
  const { scope, meeting } = expected;
  const isForeign = (owner: { appId: string; meeting: string }) =>
    !scope || owner.appId !== appId || (meeting !== undefined && owner.meeting !== meeting);
  const named = ownersIn(body)
    .filter(isForeign)
    .map((owner) => `names ${owner.appId}/${owner.meeting}`);
  if (status !== 200 || body === "" || !scope) return named;

  const breaches: string[] = [];
  const check = (row: Record<string, unknown>, fields: readonly string[]) => {
    const extra = Object.keys(row).filter((name) => !fields.includes(name));
    const missing = fields.filter((name) => name !== "meta" && !(name in row));
    if (extra.length > 0 || missing.length > 0) breaches.push(`fields +${extra.join()} -${missing.join()}`);
  };
  const all = exposesMeta ? [...everyField, "meta"] : everyField;
  const fields = scope.fields === "*" ? all : all.filter((name) => scope.fields.includes(name));
  for (const row of JSON.parse(body).data.sessions) {
    check(row, fields);
    for (const room of row.breakout_rooms ?? [])
      check(
        room,
        fields.filter((name) => name !== "breakout_rooms"),
      );
    const owner = world.owners.get(row.id);
    if (owner && isForeign(owner)) breaches.push(`row of ${owner.appId}/${owner.meeting}`);
    if (meeting !== undefined && row.associated_id !== undefined && row.associated_id !== meeting)
      breaches.push("meeting");
  }
  return [...named, ...breaches];
}

export type Surroundings = {
  question: Question;
  world: World;
  state: OracleCase["moments"][number]["state"];
  exposesMeta: boolean;
};

const everyField = (
  "id associated_id meeting_display_name organization_id type status live_participants max_concurrent_participants " +
  "minutes_consumed created_at started_at ended_at updated_at total_participants recording_status livestream_status " +
  "parent_session_id group_call_minutes_consumed webinar_minutes_consumed audio_room_minutes_consumed " +
  "livestream_minutes_consumed chat_minutes_consumed recording_minutes_consumed transcription_minutes_consumed breakout_rooms"
).split(" ");
