// What a caller must see, decided once more: from the policies as they were written and from what the registry says of a resource, with
// nothing of what the product makes of either. First match wins, for each app and resource; and whatever is shown must be of that app,
// of a meeting that is allowed, and of the fields that are.
import { field, isRecord } from "../../src/ground/plain-data.ts";
import { idNamesOf, pathOf } from "../../src/resources/read-query.ts";
import { resourceAt, resourceNames } from "../../src/resources/registry.ts";
import type { Resource } from "../../src/resources/resource.ts";
import type { OracleCase } from "./oracle-cases.ts";
import { idsIn, ownersIn } from "./oracle-marks.ts";
import type { Owner } from "./oracle-marks.ts";
import { apps } from "./oracle-places.ts";
import type { Claims, Fields, Policy, PolicyDocument, Test, When } from "./oracle-policies.ts";
import { isGood } from "./oracle-questions.ts";
import type { Question } from "./oracle-questions.ts";
import type { World } from "./oracle-world.ts";

export type ModelScope = { meetings: "*" | readonly string[]; fields: "*" | readonly string[] };

const idPattern = /^[a-z0-9-]{1,64}$/i;

/** What a policy says of each resource that it names. A list without a resource's name is of sessions. */
function fieldsBy({ resources, fields }: Policy): ReadonlyMap<string, Fields> {
  const isPlain = typeof fields === "string" || Array.isArray(fields);
  const said: Readonly<Record<string, Fields>> = isPlain
    ? Object.fromEntries((fields === "*" ? resourceNames : ["sessions"]).map((name) => [name, fields as Fields]))
    : (fields as Readonly<Record<string, Fields>>);
  return new Map(Object.entries(said).filter(([name]) => resources === "*" || resources.includes(name)));
}

/** What of an app's resource a caller may see, or undefined. */
export function scopeOf(
  { policies, fields: sets }: PolicyDocument,
  claims: Claims,
  app: string,
  resource: string,
): ModelScope | undefined {
  const policy = policies.find(
    (each) =>
      (each.apps === "*" || each.apps.includes(app)) && fieldsBy(each).has(resource) && holds(each.when, claims),
  );
  if (!policy) return undefined;
  const { meetings } = policy;
  const listed: unknown =
    typeof meetings === "object" && "fromClaim" in meetings ? at(claims, meetings.fromClaim) : meetings;
  const said = fieldsBy(policy).get(resource) ?? [];
  const shown = typeof said === "string" && said !== "*" ? (sets[said] ?? []) : said;
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

/** Whether a question looks at what its asker may not see. */
function looksTooFar({ parameters, owner }: Resource, { query }: Question, { meetings, fields }: ModelScope): boolean {
  return Object.entries(query).some(([name, text]) => {
    const { looksAt = [], reachesAcross, fallback, read } = parameters[name] ?? {};
    if (looksAt.length === 0 || read?.(text) === fallback) return false;
    if (meetings !== "*" && owner.by === "field" && owner.parameter === name) return false;
    return (
      (meetings !== "*" && reachesAcross === true) || !(fields === "*" || looksAt.every((one) => fields.includes(one)))
    );
  });
}

/**
 * `meeting`: what is shown is of this one alone. `hangsOn`: the path of what has to be looked up before it is known whose the answer is.
 */
export type Expected = { status: number; scope?: ModelScope; meeting?: string; hangsOn?: string };

/** By app id, the meeting of every session and of itself. */
export type Meetings = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The status before the upstream has its say, and what may be shown under it. `claims`: undefined without a good token. */
export function expectedOf(
  document: PolicyDocument,
  claims: Claims | undefined,
  question: Question,
  meetings: Meetings = new Map(),
): Expected {
  if (!claims) return { status: 401 };
  const resource = resourceAt(question.path);
  const { owner } = resource;
  const named = apps.find(({ alias }) => alias === question.app);
  const maySee = (app: string) => resourceNames.some((name) => scopeOf(document, claims, app, name));
  const scope = named && scopeOf(document, claims, question.app, resource.name);
  if (!scope)
    return { status: !apps.some(({ alias }) => maySee(alias)) || (named && maySee(question.app)) ? 403 : 404 };
  if (!isGood(question) || looksTooFar(resource, question, scope)) return { status: 400 };
  const { ids } = question;
  const isAll = scope.meetings === "*";
  const of = (meeting: string | undefined, hangsOn?: string): Expected => ({
    status: isAll || (meeting !== undefined && scope.meetings.includes(meeting)) ? 200 : 404,
    scope,
    ...(meeting !== undefined && { meeting }),
    ...(hangsOn !== undefined && { hangsOn }),
  });
  switch (owner.by) {
    case "field": {
      if (isAll) return { status: 200, scope };
      const meeting =
        question.query[owner.parameter] ?? (new Set(scope.meetings).size === 1 ? scope.meetings[0] : undefined);
      return meeting === undefined ? { status: 400 } : of(meeting);
    }
    case "path":
      return of(ids[owner.id]?.toLowerCase());
    case "parent": {
      const [id = ""] = idNamesOf(owner)
        .map((name) => ids[name] ?? "")
        .slice(-1);
      return of(meetings.get(named.id)?.get(id)?.toLowerCase(), pathOf(owner, ids));
    }
    case "app":
      return isAll ? { status: 200, scope } : { status: 404 };
  }
}

export type Surroundings = {
  question: Question;
  target: string;
  world: World;
  state: OracleCase["moments"][number]["state"];
  exposesMeta: boolean;
};

/** What of an answer is not as it must be, in words. */
export function breachesOf(
  { status, body }: { status: number; body: string },
  expected: Expected,
  { question, target, world, state, exposesMeta }: Surroundings,
): string[] {
  const resource = resourceAt(question.path);
  const { scope, meeting, hangsOn } = expected;
  const appId = apps.find(({ alias }) => alias === question.app)?.id ?? "";
  if (status !== expected.status) {
    const mayFail = state.faults.some(({ kind }) => kind === "error" || kind === "body" || kind === "rows");
    const paths = [pathOf(resource, question.ids), ...(hangsOn === undefined ? [] : [hangsOn])];
    const isGone = status === 404 && paths.some((path) => world.missing.has(appId + path));
    const isFine = expected.status === 200 && (status === 304 || isGone || (mayFail && [404, 502].includes(status)));
    const isUnknown = expected.status === 404 && hangsOn !== undefined && mayFail && status === 502;
    return isFine || isUnknown ? [] : [`status ${status} instead of ${expected.status}`];
  }
  const isForeign = (owner: Owner) =>
    !scope || owner.appId !== appId || (meeting !== undefined && owner.meeting.toLowerCase() !== meeting);
  const named = ownersIn(body)
    .filter(isForeign)
    .map((owner) => `names ${owner.appId}/${owner.meeting}`);
  for (const id of idsIn(body)) {
    const owners = world.owners.get(id) ?? [];
    const isAsked = id === appId || target.includes(id);
    if (owners.length > 0 && owners.every(isForeign) && !isAsked) named.push(`has an id of ${owners[0]?.meeting}`);
  }
  if (status !== 200 || body === "" || !scope) return named;
  return [...named, ...breachesIn(JSON.parse(body), resource, expected, exposesMeta)];
}

type Row = Record<string, unknown>;

/** The items below the keys; something that is no record where there is no such page. */
const rowsOf = (data: unknown, keys: readonly string[]): unknown[] => [keys.reduce(field, data)].flat();

/** Fields that are not what they should be: too many, too few, or of another meeting. */
function breachesIn(
  body: { data: unknown },
  resource: Resource,
  { scope, meeting }: Expected,
  exposesMeta: boolean,
): string[] {
  const { owner, nested } = resource;
  const all = resource.fields.filter((name) => name !== "meta" || exposesMeta);
  const fields = scope?.fields === "*" ? all : all.filter((name) => scope?.fields.includes(name));
  // An example has every field but those that may be left out.
  const always = rowsOf(resource.example.data, resource.at).flatMap((row) => Object.keys(row ?? {}));
  const breaches: string[] = [];
  const check = (row: Row, shown: readonly string[]) => {
    const extra = Object.keys(row).filter((name) => !shown.includes(name));
    const missing = shown.filter((name) => always.includes(name) && !(name in row));
    if (extra.length > 0 || missing.length > 0) breaches.push(`fields +${extra.join()} -${missing.join()}`);
  };
  for (const row of rowsOf(body.data, resource.at)) {
    if (!isRecord(row)) {
      breaches.push("no page");
      continue;
    }
    check(row, fields);
    const inner = nested === undefined ? [] : ((row[nested] ?? []) as Row[]);
    for (const one of inner)
      check(
        one,
        fields.filter((name) => name !== nested),
      );
    const of = owner.by === "field" ? row[owner.field] : undefined;
    if (meeting !== undefined && of !== undefined && of !== meeting) breaches.push("meeting");
  }
  return breaches;
}
