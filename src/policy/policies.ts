// The operator's policies, from the text of a document to plain data that needs no further checks: apps as ids, sets of
// fields put in place, meetings in canonical form.
//
// All problems are told at once, each with its place and its fix, and never with what was written there: the text may come
// from a place where secrets are kept. What is allowed but looks like a mistake is a warning.

import { fail, ok, type Result } from "../ground/errors.ts";
import { field, isRecord } from "../ground/plain-data.ts";
import { SESSION_FIELDS, type SessionField } from "../sessions/view.ts";
import { type Document, documentSchema, type Policies, type PolicySettings, Resource } from "./grammar.ts";
import { mayFitKey, unreachablePolicies } from "./reachability.ts";
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

  const policies = parsed.data.policies.map((policy) => ({
    ...policy,
    fields: shownFields(listedFields(policy.fields, parsed.data.fields), settings),
  }));
  const warnings = [
    ...metaWarnings(parsed.data, settings),
    ...(settings.mode === "key" ? keyWarnings(policies) : []),
    ...reachabilityWarnings(policies),
  ];
  return ok({ policies, warnings });
}

/** What holds where nothing is configured: whoever is authenticated sees every configured app, all meetings, all fields. */
export function defaultPolicies({ apps }: PolicySettings): Policies {
  return [
    {
      name: "default",
      when: "authenticated",
      apps: [...new Set(apps.values())],
      meetings: "*",
      resources: [...Resource.options],
      fields: "*",
      budgetPercent: undefined,
    },
  ];
}

/** Fields that every caller is shown, whichever policy decides, and fields that some caller is shown. In the order of the schema. */
export function fieldsShown(
  policies: Policies,
  { exposeMeta }: Pick<PolicySettings, "exposeMeta">,
): { always: readonly SessionField[]; ever: readonly SessionField[] } {
  const isShown = (name: SessionField) => (policy: Policies[number]) =>
    policy.fields === "*" ? exposeMeta || name !== "meta" : policy.fields.includes(name);
  return {
    always: SESSION_FIELDS.filter((name) => policies.every(isShown(name))),
    ever: SESSION_FIELDS.filter((name) => policies.some(isShown(name))),
  };
}

/** Where the parser stopped, as far as its message ends in that and in nothing of the text. */
function positionIn(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  const place = / \(line ([0-9]+) column ([0-9]+)\)$/.exec(message);
  return place === null ? "" : ` at line ${place[1]}, column ${place[2]}`;
}

/** Of a name of a set, its fields; the grammar has seen to it that there is such a set. */
function listedFields(
  fields: string | readonly SessionField[],
  sets: Document["fields"],
): "*" | readonly SessionField[] {
  if (typeof fields !== "string" || fields === "*") return fields;
  return sets?.[fields] ?? [];
}

/** Without `meta` where it is not exposed: then no page holds it. */
function shownFields(
  listed: "*" | readonly SessionField[],
  { exposeMeta }: PolicySettings,
): "*" | readonly SessionField[] {
  const available = SESSION_FIELDS.filter((name) => exposeMeta || name !== "meta");
  const shown = available.filter((name) => listed === "*" || listed.includes(name));
  return shown.length === available.length ? "*" : shown;
}

function metaWarnings({ fields: sets = {}, policies }: Document, { exposeMeta }: PolicySettings): string[] {
  if (exposeMeta) return [];
  const lists = [
    ...Object.entries(sets).map(([name, listed]) => ({ place: `fields.${name}`, listed })),
    ...policies.map(({ fields }, index) => ({ place: `policies[${index}].fields`, listed: fields })),
  ];
  return lists
    .filter(({ listed }) => typeof listed !== "string" && listed.includes("meta"))
    .map(
      ({ place }) => `${place}: lists meta, which is not shown without EXPOSE_META=true (set it, or leave meta out)`,
    );
}

function reachabilityWarnings(policies: Policies): string[] {
  return unreachablePolicies(policies).map(({ index, coveredBy }) => {
    const earlier = coveredBy.map((position) => `policies[${position}]`).join(", ");
    return `policies[${index}]: never decides, because ${earlier} fits whenever it does (move it up or remove it)`;
  });
}

function keyWarnings(policies: Policies): string[] {
  return policies.flatMap(({ when, meetings }, index) => {
    const isClaimed = meetings !== "*" && "fromClaim" in meetings;
    return [
      ...(mayFitKey(when)
        ? []
        : [`policies[${index}].when: fits no API key, which has only the claim sub (test its id)`]),
      ...(isClaimed ? [`policies[${index}].meetings: come from a claim that no API key has (list the meetings)`] : []),
    ];
  });
}
