// What a caller may see of each app: the first policy that fits, remembered by caller and shared by content.

import { scopesOf } from "../support/session-list.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Access, createAccess, decide, type Decided } from "../../src/policy/access.ts";
import { defaultPolicies, parsePolicies } from "../../src/policy/policies.ts";
import {
  allowedBy,
  appIds,
  caller,
  fieldNames,
  grantedBy,
  rawClaims,
  type RawDocument,
  rawDocument,
  type RawPolicy,
  settings,
} from "../support/policy-worlds.ts";

function policiesOf(document: RawDocument) {
  const parsed = parsePolicies(JSON.stringify(document), settings);
  if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
  return parsed.value.policies;
}
const policy = (change: Partial<RawPolicy>): RawPolicy => ({
  name: "one",
  when: "authenticated",
  apps: "*",
  meetings: "*",
  resources: "*",
  fields: "*",
  ...change,
});
const accessTo = (policies: RawPolicy[], claims: Record<string, unknown>) =>
  createAccess(policiesOf({ policies })).accessOf(caller(claims));
const shown = ({ scopes }: Pick<Access, "scopes">) => [...scopes].map(([appId, byName]) => [appId, [...byName]]);
const plain = (access: Pick<Access, "scopes" | "grants">) => [shown(access), [...access.grants]];

const ofSessions = (access: Access) => Object.fromEntries(scopesOf(access));
const plainText = (decided: Decided) => JSON.stringify(plain(decided));

describe("random policies and callers", () => {
  test("the first policy that fits decides for each app, and a broken claim of meetings gives nothing", () => {
    fc.assert(
      fc.property(rawDocument, rawClaims, (document, claims) => {
        const scopes = scopesOf(createAccess(policiesOf(document)).accessOf(caller(claims)));
        for (const appId of appIds) {
          const model = allowedBy(document, claims, appId);
          const scope = scopes.get(appId);
          const fields = scope?.fields === "*" ? fieldNames : scope?.fields;
          expect(scope && { ...scope, fields }).toEqual(typeof model === "object" ? model : undefined);
        }
        expect([...scopes.keys()].every((appId) => appIds.includes(appId))).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  test("the first policy that fits an app says what is granted there, and none after it", () => {
    fc.assert(
      fc.property(rawDocument, rawClaims, (document, claims) => {
        const { grants } = createAccess(policiesOf(document)).accessOf(caller(claims));
        for (const appId of appIds) expect(grants.get(appId) ?? []).toEqual(grantedBy(document, claims, appId));
        expect([...grants.keys()].every((appId) => appIds.includes(appId))).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  test("a scope has at least one meeting, all canonical and once, and its fields in the order of the schema", () => {
    fc.assert(
      fc.property(rawDocument, rawClaims, (document, claims) => {
        for (const { meetings, fields } of scopesOf(
          createAccess(policiesOf(document)).accessOf(caller(claims)),
        ).values()) {
          if (meetings !== "*") {
            expect(meetings.length).toBeGreaterThan(0);
            expect(meetings).toEqual([...new Set(meetings.map((meeting) => meeting.toLowerCase()))].sort());
          }
          if (fields !== "*") expect(fields).toEqual(fieldNames.filter((name) => fields.some((one) => one === name)));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("equal accesses are one object with one id, and different ones never share an id", () => {
    fc.assert(
      fc.property(rawDocument, fc.array(rawClaims, { minLength: 2, maxLength: 8 }), (document, callers) => {
        const { accessOf } = createAccess(policiesOf(document));
        const accesses = callers.map((claims) => accessOf(caller(claims)));
        for (const one of accesses) {
          expect(one.id).toMatch(/^[a-z0-9]+$/);
          for (const other of accesses) {
            const isEqual = JSON.stringify(plain(one)) === JSON.stringify(plain(other));
            expect(one === other).toBe(isEqual);
            expect(one.id === other.id).toBe(isEqual);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("the key that an access is found by", () => {
  test("is equal for equal accesses and for no others", () => {
    fc.assert(
      fc.property(rawDocument, fc.array(rawClaims, { minLength: 2, maxLength: 8 }), (document, callers) => {
        const policies = policiesOf(document);
        const all = callers.map((claims) => decide(policies, caller(claims)));
        for (const one of all) {
          for (const other of all) {
            const isEqual = plainText(one) === plainText(other);
            expect(one.key === other.key).toBe(isEqual);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("is no longer than the token and the names of apps and policies, however many of these share a claim or a list", () => {
    const many = new Map(Array.from({ length: 100 }, (_, index) => [`app-${index}`, `id-${index}`]));
    const listed = Array.from({ length: 100 }, (_, index) => `listed-${index}`);
    const rooms = Array.from({ length: 1_000 }, (_, index) => `room-${index}`);
    const claims = { meetings: rooms, org: { rooms: rooms.slice(0, 10) } };
    const policies = [...many.keys()].map((app, index) =>
      policy({
        name: `policy-${index}`,
        apps: index < 50 ? [app] : "*",
        meetings: [listed, { fromClaim: "meetings" }, { fromClaim: "org.rooms" }][index % 3] ?? "*",
        fields: fieldNames.slice(0, 3),
      }),
    );
    const parsed = parsePolicies(JSON.stringify({ policies: policies.slice(0, 60) }), { ...settings, apps: many });
    if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
    const { key, scopes } = decide(parsed.value.policies, caller(claims));
    expect(scopes.size).toBe(100);
    expect(key.length).toBeLessThan(JSON.stringify(claims).length + 100 * 20 + 60 * 30);
  });

  test("of a caller with one policy for all apps has each meeting once", () => {
    const apps = new Map(Array.from({ length: 20 }, (_, index) => [`app-${index}`, `id-${index}`]));
    const document = { policies: [policy({ meetings: { fromClaim: "meetings" } })] };
    const parsed = parsePolicies(JSON.stringify(document), { ...settings, apps });
    if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
    const { key } = decide(parsed.value.policies, caller({ meetings: ["room-one", "room-two"] }));
    expect(key.split("room-one")).toHaveLength(2);
  });
});

describe("meetings from a claim", () => {
  const own = policy({ name: "own", meetings: { fromClaim: "meetings" } });
  const broad = policy({ name: "broad" });
  const allowed = (claims: Record<string, unknown>) => scopesOf(accessTo([own, broad], claims)).get("app-1");

  test.each<[string, unknown]>([
    ["missing", undefined],
    ["null", null],
    ["a text", "room-1"],
    ["an object", { 0: "room-1", length: 1 }],
    ["empty", []],
    ["with a number in it", ["room-1", 2]],
    ["with a list in it", [["room-1"]]],
    ["with null in it", [null]],
    ["with an empty text in it", ["room-1", ""]],
    ["with a text in it that is no id", ["room-1", "a/b"]],
    ["with a star in it", ["*"]],
    ["with a text in it that is too long", ["a".repeat(65)]],
    ["of more than 1,000", Array.from({ length: 1_001 }, (_, index) => `room-${index}`)],
  ])("that is %s allows nothing, and does not fall through to a broader policy", (_, meetings) => {
    expect(allowed({ meetings })).toBeUndefined();
  });

  test("are canonical, each once, and at most 1,000", () => {
    expect(allowed({ meetings: ["ROOM-1", "room-1", "a"] })?.meetings).toEqual(["a", "room-1"]);
    const thousand = Array.from({ length: 1_000 }, (_, index) => `room-${index}`);
    expect(allowed({ meetings: thousand })?.meetings).toHaveLength(1_000);
  });

  test("in another order are the same access", () => {
    const { accessOf } = createAccess(policiesOf({ policies: [own] }));
    expect(accessOf(caller({ meetings: ["a", "B"] }))).toBe(accessOf(caller({ meetings: ["b", "a", "A"] })));
  });
});

describe("apps", () => {
  test("are decided one by one", () => {
    const policies = [
      policy({ name: "first", apps: ["school"], fields: ["id"] }),
      policy({ name: "second", when: { claim: "roles", includes: "admin" }, apps: "*" }),
    ];
    expect(ofSessions(accessTo(policies, { roles: ["admin"] }))).toEqual({
      "app-1": { policy: "first", meetings: "*", fields: ["id"] },
      "app-2": { policy: "second", meetings: "*", fields: "*" },
      "app-3": { policy: "second", meetings: "*", fields: "*" },
    });
    expect(ofSessions(accessTo(policies, {}))).toEqual({ "app-1": { policy: "first", meetings: "*", fields: ["id"] } });
  });

  test("no scope at all where no policy fits", () => {
    expect(accessTo([policy({ when: { claim: "roles", includes: "admin" } })], {}).scopes.size).toBe(0);
  });
});

describe("resources", () => {
  test("are decided one by one: the first policy that fits one of them decides about it alone", () => {
    const policies = [
      policy({ name: "chat", resources: ["chat"], meetings: ["room-1"] }),
      policy({ name: "all", resources: ["sessions", "chat"] }),
    ];
    const [[, byName] = []] = [...accessTo(policies, {}).scopes];
    expect([...(byName ?? [])].map(([name, scope]) => [name, scope.policy, scope.meetings])).toEqual([
      ["chat", "chat", ["room-1"]],
      ["sessions", "all", "*"],
    ]);
  });

  test("that are named need fields, and with * those are meant that the fields speak of", () => {
    const read = (over: Record<string, unknown>) =>
      parsePolicies(JSON.stringify({ policies: [policy(over)] }), settings);
    const named = read({ resources: ["sessions", "chat"], fields: ["id"] });
    expect(named.ok ? [] : named.failure).toEqual([
      "policies[0].fields: say nothing of chat (write an object with a list for each resource)",
    ]);
    const all = read({ resources: "*", fields: { participants: ["id"], chat: ["state"] } });
    expect(all.ok && all.value.policies[0]?.resources).toEqual(["participants", "chat"]);
  });

  test("take a set of fields that all are theirs, and no other", () => {
    const document = (set: string[]) =>
      JSON.stringify({
        fields: { few: set },
        policies: [{ ...policy({}), resources: ["chat"], fields: { chat: "few" } }],
      });
    expect(parsePolicies(document(["state"]), settings)).toMatchObject({ ok: true });
    expect(parsePolicies(document(["state", "status"]), settings)).toMatchObject({
      ok: false,
      failure: ["policies[0].fields: the set has status, no field of chat (list its own)"],
    });
  });
});

describe("grants", () => {
  const grantsTo = (policies: Parameters<typeof accessTo>[0], claims: Record<string, unknown>) =>
    Object.fromEntries(accessTo(policies, claims).grants);
  const ops = policy({ name: "ops", when: { claim: "roles", includes: "ops" }, grants: ["purge"] });

  test("hold for the apps of the policy that fits them first", () => {
    const policies = [policy({ name: "school", apps: ["school"] }), ops];
    expect(grantsTo(policies, { roles: ["ops"] })).toEqual({ "app-2": ["purge"], "app-3": ["purge"] });
    expect(grantsTo(policies, {})).toEqual({});
  });

  test("are not taken from a later policy, though that decides about other resources of the app", () => {
    const chat = policy({ name: "chat", resources: ["chat"] });
    expect(grantsTo([chat, ops], { roles: ["ops"] })).toEqual({});
    expect(
      accessTo([chat, ops], { roles: ["ops"] })
        .scopes.get("app-1")
        ?.get("sessions")?.policy,
    ).toBe("ops");
    expect(Object.keys(grantsTo([ops, chat], { roles: ["ops"] }))).toEqual(["app-1", "app-2", "app-3"]);
  });

  test("tell apart two callers who are shown the same", () => {
    const blind = { ...ops, fields: {} };
    const parsed = parsePolicies(JSON.stringify({ policies: [blind, policy({ name: "all" })] }), settings);
    const { accessOf } = createAccess(parsed.ok ? parsed.value.policies : []);
    const [one, other, third] = [{ roles: ["ops"] }, {}, { roles: [] }].map((claims) => accessOf(caller(claims)));
    expect(one?.scopes).toEqual(other?.scopes);
    expect([one?.grants.size, other?.grants.size]).toEqual([3, 0]);
    expect(one?.id).not.toBe(other?.id);
    expect(third).toBe(other);
  });
});

describe("apps from a claim", () => {
  const own = { ...policy({ name: "own" }), apps: { fromClaim: "apps" } };
  const parsed = parsePolicies(JSON.stringify({ policies: [own, policy({ name: "broad" })] }), settings);
  const { accessOf } = createAccess(parsed.ok ? parsed.value.policies : []);
  const allowed = (apps: unknown) => ofSessions(accessOf(caller({ apps })));

  test("are those that are configured, by alias or id; about the others a later policy decides", () => {
    const policyOf = Object.entries(allowed(["school", "app-3", "elsewhere", 7])).map(([appId, { policy: name }]) => [
      appId,
      name,
    ]);
    expect(Object.fromEntries(policyOf)).toEqual({ "app-1": "own", "app-3": "own", "app-2": "broad" });
  });

  test.each([undefined, null, "school", [], ["elsewhere"], [1], Array.from({ length: 1_001 }, () => "school")])(
    "%j allow nothing, and do not fall through to a broader policy",
    (apps) => {
      expect(allowed(apps)).toEqual({});
    },
  );

  test("are granted what their policy grants; of the others a later policy says it, and of none where the claim is no good", () => {
    const document = {
      policies: [{ ...own, grants: ["purge"] }, policy({ name: "broad", grants: ["metrics"] })],
    };
    const granted = parsePolicies(JSON.stringify(document), settings);
    const access = createAccess(granted.ok ? granted.value.policies : []);
    const grants = (claimed: unknown) => Object.fromEntries(access.accessOf(caller({ apps: claimed })).grants);
    expect(grants(["school", "app-3", "elsewhere"])).toEqual({
      "app-1": ["purge"],
      "app-3": ["purge"],
      "app-2": ["metrics"],
    });
    for (const claimed of [undefined, null, "school", [], ["elsewhere"]]) expect(grants(claimed)).toEqual({});
  });
});

describe("the default", () => {
  test("shows everything without content or network data to whoever has said who they are, and nothing to others", () => {
    const { accessOf } = createAccess(defaultPolicies(settings));
    const everything = { policy: "default", meetings: "*", fields: "*" };
    const everyField = ["sessions", "participants", "livestreams", "analytics"].map((name) => [name, everything]);
    const access = accessOf(caller({}));
    expect(plain(access)).toEqual([["app-1", "app-2", "app-3"].map((appId) => [appId, everyField]), []]);
    expect(accessOf(caller({}, "public")).scopes.size).toBe(0);
  });
});

describe("what is remembered", () => {
  const own = policiesOf({ policies: [policy({ meetings: { fromClaim: "meetings" } })] });

  test("a caller is decided once: the second time the claims are not looked at", () => {
    const { accessOf } = createAccess(own);
    let reads = 0;
    const claims = {
      get meetings() {
        reads += 1;
        return ["a"];
      },
    };
    const principal = caller(claims);
    const access = accessOf(principal);
    expect(reads).toBe(1);
    expect(accessOf(principal)).toBe(access);
    expect(reads).toBe(1);
  });

  test("beyond the bound the least recently met access is forgotten, and its id is never used again", () => {
    const { accessOf } = createAccess(own, { accessesMax: 2 });
    const meet = (meeting: string) => accessOf(caller({ meetings: [meeting] }));
    const [a, b] = [meet("a"), meet("b")];
    expect(meet("a")).toBe(a);
    const c = meet("c");
    expect(meet("a")).toBe(a);
    expect(meet("c")).toBe(c);
    const again = meet("b");
    expect(again).not.toBe(b);
    expect(again.scopes).toEqual(b.scopes);
    expect(new Set([a.id, b.id, c.id, again.id]).size).toBe(4);
  });

  test("a caller keeps the access it has when others have pushed it out", () => {
    const { accessOf } = createAccess(own, { accessesMax: 1 });
    const first = caller({ meetings: ["a"] });
    const access = accessOf(first);
    for (let index = 0; index < 50; index += 1) accessOf(caller({ meetings: [`room-${index}`] }));
    expect(accessOf(first)).toBe(access);
  });

  test("5,000 callers of different meetings all get ids of their own", () => {
    const { accessOf } = createAccess(own);
    const ids = Array.from({ length: 5_000 }, (_, index) => accessOf(caller({ meetings: [`room-${index}`] })).id);
    expect(new Set(ids).size).toBe(5_000);
  });
});
