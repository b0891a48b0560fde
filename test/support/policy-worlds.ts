// Random policy documents and random callers from one small vocabulary, so that they often meet, and a second reading of
// what a document allows: written from the guide, over the raw document, with nothing of the product in it.
import fc from "fast-check";
import type { Principal } from "../../src/identity/principal.ts";

export const apps: ReadonlyMap<string, string> = new Map([
  ["school", "app-1"],
  ["support", "app-2"],
  ["lab", "app-3"],
]);
export const appIds = [...apps.values()];
export const settings = { mode: "jwt" as const, apps, exposeMeta: true };

export const meetings = ["6bf2b8be-04dd-4191-b602-1128921a306b", "abcdef-ghijkl", "room-3", "room-4"];
export const fieldNames = [
  "id",
  "associated_id",
  "meeting_display_name",
  "organization_id",
  "type",
  "status",
  "live_participants",
  "max_concurrent_participants",
  "minutes_consumed",
  "created_at",
  "started_at",
  "ended_at",
  "updated_at",
  "total_participants",
  "recording_status",
  "livestream_status",
  "parent_session_id",
  "group_call_minutes_consumed",
  "webinar_minutes_consumed",
  "audio_room_minutes_consumed",
  "livestream_minutes_consumed",
  "chat_minutes_consumed",
  "recording_minutes_consumed",
  "transcription_minutes_consumed",
  "breakout_rooms",
  "meta",
];

/** A caller with these claims. */
export const caller = (claims: Record<string, unknown>, mode: Principal["mode"] = "jwt"): Principal => ({
  mode,
  issuer: "https://login.example.com/",
  subject: "someone",
  claims,
  expiresAt: Infinity,
});

const paths = ["roles", "org", "org.id", "org.roles", "https://example.com/roles", "level", "constructor", "toString"];
const word = fc.constantFrom("admin", "teacher", "administrator", "a");
const scalar = fc.oneof(word, fc.constantFrom(1, 2, 0), fc.boolean());

type Scalar = string | number | boolean;
export type RawWhen =
  | "authenticated"
  | { claim: string; equals: Scalar }
  | { claim: string; includes: string }
  | { claim: string; in: Scalar[] }
  | { all: RawWhen[] }
  | { any: RawWhen[] };
export type RawPolicy = {
  name: string;
  when: RawWhen;
  apps: "*" | string[];
  meetings: "*" | string[] | { fromClaim: string };
  resources: "*" | string[];
  fields: string | string[];
  grants?: string[];
};
export type RawDocument = { fields?: Record<string, string[]>; policies: RawPolicy[] };

const claimPath = fc.constantFrom(...paths);
const test: fc.Arbitrary<RawWhen> = fc.oneof(
  fc.record({ claim: claimPath, equals: scalar }),
  fc.record({ claim: claimPath, includes: word }),
  fc.record({ claim: claimPath, in: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
);
export const rawWhen: fc.Arbitrary<RawWhen> = fc.letrec<{ when: RawWhen }>((tie) => {
  const parts = fc.array(tie("when"), { minLength: 1, maxLength: 3 });
  return {
    when: fc.oneof(
      { maxDepth: 3, depthIdentifier: "when" },
      fc.oneof({ arbitrary: test, weight: 6 }, { arbitrary: fc.constant("authenticated" as const), weight: 1 }),
      fc.record({ all: parts }),
      fc.record({ any: parts }),
    ),
  };
}).when;

const sets = { basic: ["id", "status", "type"], names: ["breakout_rooms", "meeting_display_name", "id"] };
const someFields = fc.oneof(
  fc.constant<string | string[]>("*"),
  fc.constantFrom<string[]>(...Object.keys(sets)),
  fc.shuffledSubarray(fieldNames, { minLength: 1 }),
);

/** A document that is right under `settings`. */
export const rawDocument: fc.Arbitrary<RawDocument> = fc
  .array(
    fc.record({
      when: rawWhen,
      apps: fc.oneof(
        fc.constant<"*" | string[]>("*"),
        fc.shuffledSubarray(
          [...apps].map((pair, index) => pair[index % 2] ?? ""),
          { minLength: 1 },
        ),
      ),
      meetings: fc.oneof(
        fc.constant<"*" | string[] | { fromClaim: string }>("*"),
        fc.shuffledSubarray([...meetings.slice(1), (meetings[0] ?? "").toUpperCase()], { minLength: 1 }),
        fc.constantFrom({ fromClaim: "meetings" }, { fromClaim: "org.meetings" }),
      ),
      resources: fc.constantFrom<"*" | string[]>("*", ["sessions"]),
      fields: someFields,
      grants: fc.option(fc.shuffledSubarray(["purge", "metrics"], { minLength: 1 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((policies) => ({
    fields: sets,
    policies: policies.map(({ grants, ...policy }, index) => ({
      ...policy,
      name: `policy-${index}`,
      ...(grants && policy.meetings === "*" && { grants }),
    })),
  }));

const claimedMeetings = fc.oneof(
  { weight: 4, arbitrary: fc.shuffledSubarray([...meetings, "ROOM-3"], { minLength: 1 }) },
  fc.constantFrom<unknown[]>([], [""], ["a_b"], ["room-3", 4], "room-3", null, { 0: "room-3" }, true),
);
const roles = fc.oneof({ weight: 3, arbitrary: fc.array(scalar, { maxLength: 3 }) }, scalar, fc.constant(null));
const level = fc.oneof(scalar, fc.constant(null), fc.array(scalar, { maxLength: 2 }));
const organisation = fc.record({ id: scalar, roles, meetings: claimedMeetings }, { requiredKeys: [] });

/** Claims as a token holds them: what the documents above ask for, of the right type or not, and anything else. */
export const rawClaims: fc.Arbitrary<Record<string, unknown>> = fc
  .record(
    {
      roles,
      org: fc.oneof({ weight: 3, arbitrary: organisation }, level),
      "org.id": level,
      "https://example.com/roles": roles,
      level,
      constructor: level,
      toString: roles,
      meetings: claimedMeetings,
      ["__proto__"]: fc.constant({ roles: ["admin"], level: 1 }),
      other: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  .map((claims) => JSON.parse(JSON.stringify(claims)));

export type ModelScope = { policy: string; meetings: "*" | string[]; fields: string[] };

/** What the document allows a caller of an app; "refused" where the deciding policy's claim of meetings is no good. */
export function allowedBy(
  document: RawDocument,
  claims: Record<string, unknown>,
  appId: string,
): ModelScope | "refused" | undefined {
  const policy = firstFor(document, claims, appId);
  if (!policy) return undefined;
  const listed = policy.meetings === "*" ? "*" : meetingsOf(policy.meetings, claims);
  if (listed === undefined) return "refused";
  const fields = typeof policy.fields === "string" ? (document.fields?.[policy.fields] ?? fieldNames) : policy.fields;
  return { policy: policy.name, meetings: listed, fields: fieldNames.filter((name) => fields.includes(name)) };
}

/** What the document grants a caller of an app. */
export const grantedBy = (document: RawDocument, claims: Record<string, unknown>, appId: string): string[] =>
  firstFor(document, claims, appId)?.grants ?? [];

function firstFor(document: RawDocument, claims: Record<string, unknown>, appId: string): RawPolicy | undefined {
  const names = [appId, ...[...apps].filter(([, id]) => id === appId).map(([alias]) => alias)];
  return document.policies.find(
    (one) => (one.apps === "*" || one.apps.some((name) => names.includes(name))) && passes(one.when, claims),
  );
}

function meetingsOf(listed: string[] | { fromClaim: string }, claims: Record<string, unknown>): string[] | undefined {
  const value = Array.isArray(listed) ? listed : claim(claims, listed.fromClaim);
  if (!Array.isArray(value) || value.length === 0 || value.length > 1_000) return undefined;
  if (!value.every((entry) => typeof entry === "string" && /^[a-z0-9-]{1,64}$/i.test(entry))) return undefined;
  return [...new Set(value.map((entry: string) => entry.toLowerCase()))].sort();
}

function passes(when: RawWhen, claims: Record<string, unknown>): boolean {
  if (typeof when === "string") return true;
  if ("all" in when) return !when.all.some((part) => !passes(part, claims));
  if ("any" in when) return when.any.some((part) => passes(part, claims));
  const value = claim(claims, when.claim);
  if ("includes" in when) return Array.isArray(value) && value.indexOf(when.includes) >= 0;
  if (typeof value === "object") return false;
  return ("in" in when ? when.in : [when.equals]).some((accepted) => accepted === value);
}

function claim(claims: Record<string, unknown>, path: string): unknown {
  const whole = new Map(Object.entries(claims));
  if (whole.has(path)) return whole.get(path);
  let value: unknown = claims;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = new Map(Object.entries(value)).get(name);
  }
  return value;
}
