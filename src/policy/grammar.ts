// The grammar of the policy document as a schema: closed, with every key required but the sets of fields, so that nothing
// is allowed by what an operator forgot to write.
//
// It is built for the settings it is read under, because what may be named (apps, fields, sets) and what a mode allows is
// part of it: with AUTH_MODE public, where everybody is shown the same, apps and fields have to be listed one by one.

import * as z from "zod";
import type { AuthMode } from "../identity/principal.ts";
import { isRecord } from "../ground/plain-data.ts";
import { readMeetingId } from "../resources/parameters.ts";
import { fieldsOf, resourceNames } from "../resources/registry.ts";
import { CLAIM_PATH_RULE, isClaimPath } from "./claims.ts";
import type { Condition, Scalar, When } from "./conditions.ts";
import { choose, exactly, listOf, once, setOf, textAs, write } from "./reasons.ts";

/** apps: alias to app id. */
export type PolicySettings = { mode: AuthMode; apps: ReadonlyMap<string, string>; exposeMeta: boolean };

const POLICIES_MAX = 100;
const NESTING_MAX = 5;
const NAME = /^[a-z0-9-]{1,32}$/;
/** The resource that a list of fields without a resource's name is of. */
export const plainFieldsOf = "sessions";
const NAME_RULE = "1 to 32 of a-z, 0-9 and -";

/** What an operator may do beyond looking. */
export const grantNames = ["purge", "metrics"] as const;
export type Grant = (typeof grantNames)[number];

const ClaimPath = textAs((text) => (isClaimPath(text) ? text : undefined), `the path of a claim: ${CLAIM_PATH_RULE}`);
const Text = z.string(write("a text")).refine((text) => text !== "", "is empty (write a text)");
const NumberOrBoolean = z.union([z.number(), z.boolean()], write("a text, a number, true or false"));
const ScalarValue = choose<Scalar>((raw) => (typeof raw === "string" ? Text : NumberOrBoolean));

const ClaimTests = {
  equals: exactly({ claim: ClaimPath, equals: ScalarValue }),
  includes: exactly({ claim: ClaimPath, includes: Text }),
  in: exactly({ claim: ClaimPath, in: listOf(ScalarValue, "a list of texts, numbers, true and false") }),
};

const conditionWithin = (nesting: number): z.ZodType<Condition> => {
  const parts: z.ZodType<Condition[]> =
    nesting === 0
      ? z.never({ error: `is nested too deep (at most ${NESTING_MAX} of all and any)` })
      : listOf(conditionWithin(nesting - 1), "a list of conditions");
  const [all, any] = [exactly({ all: parts }), exactly({ any: parts })];
  return choose<Condition>((raw) => {
    if (raw === "authenticated") return z.literal(raw);
    if (raw === "anyone") return z.never({ error: 'is only for AUTH_MODE public (write "authenticated")' });
    if (!isRecord(raw)) return z.never(write('"authenticated", or an object with claim, all or any'));
    const has = (key: string) => Object.hasOwn(raw, key);
    if (has("all")) return all;
    if (has("any")) return any;
    if (has("equals")) return ClaimTests.equals;
    if (has("includes")) return ClaimTests.includes;
    if (has("in")) return ClaimTests.in;
    return z.never({ error: "tests nothing (write claim with equals, includes or in, or all, or any)" });
  });
};

const When: z.ZodType<When> = conditionWithin(NESTING_MAX);
const PublicWhen: z.ZodType<When> = z.literal("anyone", {
  error: 'must be "anyone" with AUTH_MODE public, where nobody says who they are (write "anyone")',
});

const refusedInPublic = (what: string) =>
  z.never({ error: `may not be "*" with AUTH_MODE public (list the ${what} one by one)` });

/** Fields of one resource, or of any where none is named. */
const fieldList = (resource?: string) => {
  const known = resource === undefined ? [...new Set(resourceNames.flatMap(fieldsOf))] : [...fieldsOf(resource)];
  const error = `is no field of ${resource ?? "a resource"} (write one of ${known.join(", ")})`;
  return setOf(z.enum(known, { error }), "a list of fields");
};

/** The sets by name. A name that can't be one is an unknown key. */
const fieldSets = choose<Record<string, string[]>>((raw) => {
  const names = isRecord(raw) ? Object.keys(raw).filter((name) => NAME.test(name)) : [];
  return z.strictObject(Object.fromEntries(names.map((name) => [name, fieldList()])), {
    error: ({ code }) =>
      code === "unrecognized_keys" ? `is no name for a set (write ${NAME_RULE})` : "is not usable (write an object)",
  });
});

/** Apps that a caller's claim names, by alias or id: of these, the ones that are configured. */
export type ClaimedApps = { fromClaim: string; idOf: ReadonlyMap<string, string> };

/** The document read under these settings, `setNames` being the names of its sets. */
export const documentSchema = ({ mode, apps }: PolicySettings, setNames: readonly string[]) => {
  const isPublic = mode === "public";
  const idOf = new Map([...[...apps.values()].map((id): [string, string] => [id, id]), ...apps]);
  const appIds = [...new Set(apps.values())];

  const Apps = choose<string[] | ClaimedApps>((raw) => {
    if (raw === "*") return isPublic ? refusedInPublic("apps") : z.literal(raw).transform(() => appIds);
    const app = textAs((name) => idOf.get(name), "an alias or app id that REALTIMEKIT_APPS has");
    if (!isRecord(raw)) return setOf(app, '"*", a list of apps, or an object with fromClaim');
    return isPublic
      ? z.never({ error: "can't come from a claim with AUTH_MODE public (list the apps)" })
      : exactly({ fromClaim: ClaimPath }).transform(({ fromClaim }) => ({ fromClaim, idOf }));
  });

  const Meetings = choose<"*" | string[] | { fromClaim: string }>((raw) => {
    if (raw === "*") return z.literal(raw);
    const meeting = textAs(readMeetingId, "a meeting's UUID or room name: 1 to 64 letters, digits and hyphens");
    if (!isRecord(raw)) {
      return setOf(meeting, '"*", a list of meeting ids, or an object with fromClaim').transform(sorted);
    }
    return isPublic
      ? z.never({ error: "can't come from a claim with AUTH_MODE public (list the meetings)" })
      : exactly({ fromClaim: ClaimPath });
  });

  const Resources = choose<"*" | string[]>((raw) => {
    if (raw !== "*") return setOf(z.enum(resourceNames, write(resourceNames.join(", "))), '"*" or a list of resources');
    return isPublic ? refusedInPublic("resources") : z.literal(raw);
  });

  const fieldsFor = (resource: string) =>
    choose<string | string[]>((raw) => {
      if (raw === "*") return isPublic ? refusedInPublic("fields") : z.literal(raw);
      if (typeof raw !== "string") {
        return raw === undefined ? z.never(write('"*", the name of a set, or a list of fields')) : fieldList(resource);
      }
      return z.enum(setNames, { error: "names no set (write the name of one of the document's fields)" });
    });

  /** "*", or what is listed by resource. A set or a list alone is of the first resource there was. */
  const Fields = choose<"*" | Record<string, string | string[]>>(
    (raw): z.ZodType<"*" | Record<string, string | string[]>> => {
      if (raw === "*") return isPublic ? refusedInPublic("fields") : z.literal(raw);
      if (!isRecord(raw)) return fieldsFor(plainFieldsOf).transform((fields) => ({ [plainFieldsOf]: fields }));
      return z.strictObject(
        Object.fromEntries(resourceNames.map((name) => [name, fieldsFor(name).optional()])),
        write(`an object with some of ${resourceNames.join(", ")}`),
      ) as z.ZodType<Record<string, string | string[]>>;
    },
  );

  const Grants = choose<Grant[]>(() =>
    isPublic
      ? z.never({ error: "is not for AUTH_MODE public, where nobody says who they are (leave it out)" })
      : setOf(
          z.enum(grantNames, { error: `is nothing that can be granted (write one of ${grantNames.join(", ")})` }),
          `a list of ${grantNames.join(" and ")}`,
        ),
  );

  const Policy = exactly({
    name: z
      .string(write(NAME_RULE))
      .regex(NAME, `is not usable (write ${NAME_RULE})`)
      .refine(once(), "is another policy's name (give every policy its own)"),
    when: isPublic ? PublicWhen : When,
    apps: Apps,
    meetings: Meetings,
    resources: Resources,
    fields: Fields,
    budgetPercent: z
      .int(write("a whole number from 1 to 100"))
      .min(1, "is below 1 (write a whole number from 1 to 100)")
      .max(100, "is above 100 (write a whole number from 1 to 100)")
      .optional(),
    grants: Grants.optional(),
  });

  return exactly({
    fields: fieldSets.optional(),
    policies: z
      .array(Policy, write("a list of policies"))
      .refine(({ length }) => length > 0, "is empty (write at least one policy)")
      .refine(({ length }) => length <= POLICIES_MAX, `is too long (write at most ${POLICIES_MAX} policies)`),
  });
};

const sorted = (texts: readonly string[]) => texts.toSorted();

export type Document = z.infer<ReturnType<typeof documentSchema>>;

/** apps: ids, at least one, or a claim. fields: of each of its resources, in the order of the schema, "*" when all there are were listed. */
export type Policy = Omit<Document["policies"][number], "fields" | "resources"> & {
  resources: readonly string[];
  fields: Readonly<Record<string, ShownFields>>;
};

export type ShownFields = "*" | readonly string[];

/** In the order in which they are tried. */
export type Policies = readonly Policy[];
