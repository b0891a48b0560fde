// The policies of a deployment that the oracle looks at, and the callers they are about. Few words are used, so that callers often meet
// at the same page. What is said of resources and fields follows from the registry.
import fc from "fast-check";
import { fieldsOf, resourceNames } from "../../src/resources/registry.ts";
import type { Resource } from "../../src/resources/resource.ts";
import { apps, askedApps } from "./oracle-places.ts";

export type Claims = Readonly<Record<string, unknown>>;
export type Test =
  | { claim: string; includes: string }
  | { claim: string; equals: unknown }
  | { claim: string; in: readonly unknown[] };
export type When = "authenticated" | Test | { all: readonly Test[] } | { any: readonly Test[] };
/** "*", the name of a set, or a list. */
export type Fields = string | readonly string[];
export type Policy = {
  name: string;
  when: When;
  apps: "*" | readonly string[];
  meetings: "*" | readonly string[] | { fromClaim: string };
  resources: "*" | readonly string[];
  fields: Fields | Readonly<Record<string, Fields>>;
};
export type PolicyDocument = { fields: Readonly<Record<string, readonly string[]>>; policies: readonly Policy[] };

const lastApps = apps.slice(1).map(({ alias }) => alias);

const test: fc.Arbitrary<Test> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ claim: fc.constant("roles"), includes: fc.constantFrom("admin", "teacher") }) },
  fc.record({ claim: fc.constantFrom("org.id", "level"), equals: fc.constantFrom<unknown>(1, 2, "1") }),
  fc.record({ claim: fc.constant("level"), in: fc.constantFrom<readonly unknown[]>([1, 2], [2, 3]) }),
);
const tests = fc.array(test, { minLength: 1, maxLength: 2 });
const when: fc.Arbitrary<When> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ claim: fc.constant("level"), equals: fc.constantFrom(1, 2) }) },
  { weight: 2, arbitrary: test },
  { weight: 5, arbitrary: fc.constant<When>("authenticated") },
  fc.record({ all: tests }),
  fc.record({ any: tests }),
);

/** Two sets of a resource's fields. What most questions look at is in both, so that most are answered. */
function setsOf({ fields, owner, parameters, freshBy, nested }: Resource): Record<"few" | "odd", readonly string[]> {
  const asked = owner.by === "field" ? (parameters[owner.parameter]?.looksAt ?? []) : [];
  const both = [...freshBy, ...asked];
  const pick = (isPicked: (name: string, place: number) => boolean) =>
    fields.filter((name, place) => name !== "meta" && (both.includes(name) || isPicked(name, place)));
  return { few: pick((_name, place) => place === 0), odd: pick((name, place) => name === nested || place % 2 === 1) };
}

const open = { when: "authenticated", apps: "*", resources: "*" } as const;

const policyOf = (resource: Resource, meetings: readonly string[]) => {
  const { name, owner } = resource;
  const others = Object.fromEntries(resourceNames.map((one) => [one, "*"]));
  return fc.record({
    when,
    apps: fc.constantFrom<Policy["apps"]>("*", "*", "*", ...askedApps.map((alias) => [alias]), lastApps),
    meetings: fc.oneof(
      // What is an app's is for those who may see every meeting.
      { weight: owner.by === "app" ? 20 : 4, arbitrary: fc.constant<Policy["meetings"]>("*") },
      {
        weight: 4,
        arbitrary: fc.constantFrom<Policy["meetings"]>({ fromClaim: "meetings" }, { fromClaim: "org.ids" }),
      },
      { weight: 2, arbitrary: fc.shuffledSubarray([...meetings], { minLength: 3 }) },
    ),
    resources: fc.constantFrom<Policy["resources"]>(
      "*",
      "*",
      "*",
      [name],
      resourceNames.filter((one) => one !== name),
    ),
    fields: fc.oneof(
      { weight: 2, arbitrary: fc.constant<Policy["fields"]>("*") },
      { weight: 4, arbitrary: fc.constantFrom<Fields>("few", "odd").map((set) => ({ ...others, [name]: set })) },
      fc.shuffledSubarray([...fieldsOf(name)], { minLength: 1 }).map((listed) => ({ ...others, [name]: listed })),
    ),
  });
};

/**
 * Policies that have nothing in common, the last one for everybody; or for each level one, and they differ in nothing but the apps, or the
 * fields.
 */
export const documentOf = (resource: Resource, meetings: readonly string[]): fc.Arbitrary<PolicyDocument> =>
  fc
    .tuple(
      fc.array(policyOf(resource, meetings), { minLength: 2, maxLength: 4 }),
      fc.constantFrom("any", "any", "by app", "by fields"),
    )
    .map(([drawn, kind]) => ({
      fields: setsOf(resource),
      policies: drawn.map((policy, place): Policy => {
        const name = `p${place}`;
        const first = drawn[0] ?? policy;
        const level: When = { claim: "level", equals: place + 1 };
        if (kind === "by app")
          return { ...first, name, when: level, apps: askedApps.slice(place % 2, (place % 2) + 1) };
        if (kind === "by fields") return { ...first, ...open, name, when: level, fields: policy.fields };
        return { name, ...policy, ...(place === drawn.length - 1 && open) };
      }),
    }));

/** Everything, for whoever can be told. */
export const openDocument: PolicyDocument = {
  fields: {},
  policies: [{ ...open, name: "open", meetings: "*", fields: "*" }],
};

export function claimsOf(meetings: readonly string[]): fc.Arbitrary<Claims> {
  const listed = fc.oneof(
    { weight: 6, arbitrary: fc.shuffledSubarray(meetings.slice(0, 1), { minLength: 1, maxLength: 1 }) },
    { weight: 4, arbitrary: fc.shuffledSubarray([...meetings], { minLength: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>([], ["a_b"], meetings[0], { 0: meetings[0] }, null) },
  );
  const roles = fc.constantFrom<unknown>(["teacher"], ["teacher"], ["admin"], ["admin", "teacher"], [], "admin");
  return fc.record(
    {
      roles,
      level: fc.constantFrom(1, 1, 2, 2, 3),
      org: fc.record({ id: fc.constantFrom(1, 2), ids: listed }),
      meetings: listed,
    },
    { requiredKeys: ["level", "org", "meetings"] },
  );
}
