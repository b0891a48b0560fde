// The operator's policies, from the text of a document to plain data that needs no further checks: apps as ids, sets of
// fields put in place, meetings in canonical form.
//
// All problems are told at once, each with its place and its fix, and never with what was written there: the text may come
// from a place where secrets are kept. What is allowed but looks like a mistake is a warning.

import { fail, ok, type Result } from "../ground/errors.ts";
import { field, isRecord } from "../ground/plain-data.ts";
import { fieldsOf, resourceNames, resources } from "../resources/registry.ts";
import {
  type Document,
  documentSchema,
  type Grant,
  type Policies,
  type PolicySettings,
  type ShownFields,
} from "./grammar.ts";
import { idleGrants, mayFitKey, unreachablePolicies } from "./reachability.ts";
import { problemsOf } from "./reasons.ts";

export type { Policies, Policy, PolicySettings } from "./grammar.ts";

const TEXT_BYTES_MAX = 65_536;
const PROBLEMS_MAX = 100;

/** The checked policies of a JSON text of at most 64 KiB, or its problems: at most 100, such as `policies[1].when.claim: …`. */
export function parsePolicies(
  text: string,
  settings: PolicySettings,
): Result<{ policies: Policies; warnings: readonly string[] }, readonly string[]> {
  if (new TextEncoder().encode(text).length > TEXT_BYTES_MAX) {
    return fail(["document: is larger than 64 KiB (shorten it)"]);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return fail([
      `document: is not JSON${positionIn(error)} (correct it; JSON has no comments and no trailing commas)`,
    ]);
  }

  const sets = field(raw, "fields");
  const parsed = documentSchema(settings, isRecord(sets) ? Object.keys(sets) : []).safeParse(raw);
  if (!parsed.success) return fail(problemsOf(parsed.error).slice(0, PROBLEMS_MAX));

  const problems: string[] = [];
  const policies = parsed.data.policies.map((policy, index) => {
    const { fields, resources: named, meetings, grants } = policy;
    if (grants !== undefined && meetings !== "*") problems.push(`policies[${index}].grants: ${wholeApps}`);
    // "*" are all that the fields speak of: whoever lists fields of one resource has not thought of the others.
    const names = named === "*" ? resourceNames.filter((name) => fields === "*" || Object.hasOwn(fields, name)) : named;
    const shown: Record<string, ShownFields> = {};
    for (const name of names) {
      const listed = listedFields(name, fields, parsed.data.fields);
      if (listed.ok) shown[name] = shownFields(name, listed.value, settings);
      else problems.push(`policies[${index}].fields: ${listed.failure}`);
    }
    return { ...policy, resources: names, fields: shown };
  });
  if (problems.length > 0) return fail(problems.slice(0, PROBLEMS_MAX));
  const warnings = [
    ...metaWarnings(parsed.data, settings),
    ...(settings.mode === "key" ? keyWarnings(policies) : []),
    ...reachabilityWarnings(policies),
  ];
  return ok({ policies, warnings });
}

/** An operator's verbs are about an app as a whole. */
const wholeApps = 'need "meetings": "*", because they hold for whole apps (write it, or leave grants out)';

/**
 * What holds where nothing is configured: whoever is authenticated sees every configured app, all meetings, and all fields of the
 * resources that hold no content and no network data. Nobody is granted anything.
 */
export function defaultPolicies({ apps }: PolicySettings): Policies {
  const names = [...new Set(resources.filter(({ isShownByDefault }) => isShownByDefault).map(({ name }) => name))];
  return [
    {
      name: "default",
      when: "authenticated",
      apps: [...new Set(apps.values())],
      meetings: "*",
      resources: names,
      fields: Object.fromEntries(names.map((name) => [name, "*" as const])),
      budgetPercent: undefined,
    },
  ];
}

/** Whether some caller may be granted it. */
export const isEverGranted = (policies: Policies, grant: Grant): boolean =>
  policies.some(({ grants }) => grants?.includes(grant) === true);

/** `always`: fields that every caller is shown, whichever policy decides. `ever`: those that some caller is shown. In the order of the schema. */
export type FieldsShown = Readonly<Record<string, { always: readonly string[]; ever: readonly string[] }>>;

/** By resource; those that no policy shows are not there. */
export function fieldsShown(policies: Policies, settings: Pick<PolicySettings, "exposeMeta">): FieldsShown {
  const names = [...new Set(policies.flatMap((policy) => policy.resources))];
  return Object.fromEntries(
    names.map((name) => {
      const showing = policies.filter((policy) => policy.resources.includes(name));
      const available = availableFields(name, settings);
      const isShown = (one: string) => (policy: Policies[number]) => {
        const fields = policy.fields[name] ?? [];
        return fields === "*" ? available.includes(one) : fields.includes(one);
      };
      const always = fieldsOf(name).filter((one) => showing.every(isShown(one)));
      return [name, { always, ever: fieldsOf(name).filter((one) => showing.some(isShown(one))) }];
    }),
  );
}

/** Where the parser stopped, as far as its message ends in that and in nothing of the text. */
function positionIn(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  const place = / \(line ([0-9]+) column ([0-9]+)\)$/.exec(message);
  return place === null ? "" : ` at line ${place[1]}, column ${place[2]}`;
}

/** What the document says of one resource's fields, with sets put in place, or what is wrong with it. */
function listedFields(
  name: string,
  fields: Document["policies"][number]["fields"],
  sets: Document["fields"],
): Result<ShownFields, string> {
  const listed = fields === "*" ? "*" : fields[name];
  if (listed === undefined) return fail(`say nothing of ${name} (write an object with a list for each resource)`);
  if (typeof listed !== "string" || listed === "*") return ok(listed);
  const set = sets?.[listed] ?? [];
  const foreign = set.filter((one) => !fieldsOf(name).includes(one));
  return foreign.length === 0 ? ok(set) : fail(`the set has ${foreign.join(", ")}, no field of ${name} (list its own)`);
}

/** The fields that pages of a resource have here: without `meta` where it is not exposed. */
export const availableFields = (name: string, { exposeMeta }: Pick<PolicySettings, "exposeMeta">): readonly string[] =>
  fieldsOf(name).filter((one) => exposeMeta || one !== "meta");

function shownFields(name: string, listed: ShownFields, settings: PolicySettings): ShownFields {
  const available = availableFields(name, settings);
  const shown = available.filter((one) => listed === "*" || listed.includes(one));
  return shown.length === available.length ? "*" : shown;
}

function metaWarnings({ fields: sets = {}, policies }: Document, { exposeMeta }: PolicySettings): string[] {
  if (exposeMeta) return [];
  const lists = [
    ...Object.entries(sets).map(([name, listed]) => ({ place: `fields.${name}`, listed })),
    ...policies.flatMap(({ fields }, index) =>
      fields === "*" ? [] : Object.values(fields).map((listed) => ({ place: `policies[${index}].fields`, listed })),
    ),
  ];
  return lists
    .filter(({ listed }) => typeof listed !== "string" && listed.includes("meta"))
    .map(
      ({ place }) => `${place}: lists meta, which is not shown without EXPOSE_META=true (set it, or leave meta out)`,
    );
}

function reachabilityWarnings(policies: Policies): string[] {
  const placesOf = (positions: readonly number[]) => positions.map((position) => `policies[${position}]`).join(", ");
  return [
    ...unreachablePolicies(policies).map(
      ({ index, coveredBy }) =>
        `policies[${index}]: never decides, because ${placesOf(coveredBy)} fits whenever it does (move it up or remove it)`,
    ),
    ...idleGrants(policies).map(
      ({ index, coveredBy }) =>
        `policies[${index}].grants: never hold, because ${placesOf(coveredBy)} fits the same apps first (move it up, or grant there)`,
    ),
  ];
}

function keyWarnings(policies: Policies): string[] {
  return policies.flatMap(({ when, apps, meetings }, index) => {
    const isClaimed = meetings !== "*" && "fromClaim" in meetings;
    return [
      ...(mayFitKey(when)
        ? []
        : [`policies[${index}].when: fits no API key, which has only the claim sub (test its id)`]),
      ...("fromClaim" in apps
        ? [`policies[${index}].apps: come from a claim that no API key has (list the apps)`]
        : []),
      ...(isClaimed ? [`policies[${index}].meetings: come from a claim that no API key has (list the meetings)`] : []),
    ];
  });
}
