// The guide for operators: its examples are documents that are accepted and do what the guide says, and the messages it
// shows are the ones that are told.

import { fieldsOf, resourceNames } from "../../src/resources/registry.ts";
import { scopesOf } from "../support/session-list.ts";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createAccess, type Scope } from "../../src/policy/access.ts";
import { parsePolicies, type PolicySettings } from "../../src/policy/policies.ts";
import { scopedQuery } from "../support/session-list.ts";
import { parseSessionQuery } from "../support/session-list.ts";
import { SESSION_FIELDS } from "../support/session-list.ts";
import { apps, caller } from "../support/policy-worlds.ts";

const guide = readFileSync(path.join(import.meta.dirname, "..", "..", "docs", "policies.md"), "utf8");
const settings: PolicySettings = { mode: "jwt", apps, exposeMeta: false };

const examples = [...guide.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = ""]) => text);
const modeOf = (text: string) => (text.includes('"anyone"') ? "public" : "jwt");

function accessUnder(text: string | undefined, claims: Record<string, unknown>) {
  const mode = modeOf(text ?? "");
  const parsed = parsePolicies(text ?? "", { ...settings, mode });
  if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
  return Object.fromEntries(scopesOf(createAccess(parsed.value.policies).accessOf(caller(claims, mode))));
}

describe("the examples", () => {
  test("are four documents", () => {
    expect(examples).toHaveLength(4);
  });

  test.each(examples.map((text, index) => [index + 1, text] as const))(
    "number %i is accepted without a warning",
    (_, text) => {
      expect(parsePolicies(text, { ...settings, mode: modeOf(text) })).toMatchObject({
        ok: true,
        value: { warnings: [] },
      });
    },
  );

  test("school: administrators see everything, teachers their meetings, others nothing", () => {
    const [, school] = examples;
    const meeting = "6bf2b8be-04dd-4191-b602-1128921a306b";
    const lesson = ["id", "associated_id", "status", "live_participants", "started_at", "ended_at"];
    expect(Object.keys(accessUnder(school, { roles: ["admin", "teacher"] }))).toEqual(["app-1", "app-2", "app-3"]);
    expect(accessUnder(school, { roles: ["teacher"], meetings: [meeting] })).toEqual({
      "app-1": { policy: "teacher", meetings: [meeting], fields: lesson },
    });
    for (const claims of [{ roles: ["teacher"] }, { roles: ["teacher"], meetings: [] }, { roles: "teacher" }]) {
      expect(accessUnder(school, claims)).toEqual({});
    }
  });

  test("status page: everybody sees numbers and no titles", () => {
    const [, , status] = examples;
    expect(accessUnder(status, {})).toEqual({
      "app-2": {
        policy: "status",
        meetings: "*",
        fields: ["id", "status", "live_participants", "started_at", "ended_at"],
      },
    });
  });

  test("customers: staff see everything, customers their own meetings", () => {
    const [, , , customers] = examples;
    expect(accessUnder(customers, { org: { id: "acme", role: "owner" } })).toEqual({
      "app-2": { policy: "staff", meetings: "*", fields: "*" },
    });
    expect(
      accessUnder(customers, { org: { id: "other", role: "owner" }, "https://example.com/meetings": ["room-1"] }),
    ).toMatchObject({ "app-2": { policy: "customer", meetings: ["room-1"] } });
    expect(accessUnder(customers, { "https://example.com/meetings": "room-1" })).toEqual({});
  });
});

describe("what may be asked", () => {
  const [, section = ""] = guide.split("## What may be asked\n");
  const rows = [...(section.split("\n## ")[0] ?? "").matchAll(/^\| (`.*) \| (.*) \|$/gm)];
  const values: Readonly<Record<string, string>> = {
    status: "LIVE",
    start_time: "2026-01-01T00:00:00Z",
    end_time: "2026-01-01T00:00:00Z",
    associated_id: "room-1",
    participants: "1:2",
    search: "a",
  };
  const pairs = rows.flatMap(([, asked = "", needs = ""]) =>
    [...asked.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => {
      const fields = SESSION_FIELDS.filter((field) => needs.includes(`\`${field}\``));
      return [
        name.includes("=") ? name : `${name}=${values[name]}`,
        fields,
        needs.includes(`"meetings": "*"`),
      ] as const;
    }),
  );
  const mayAsk = (search: string, scope: Omit<Scope, "policy">) => {
    const query = parseSessionQuery(search);
    return query.ok && scopedQuery(query.value, { policy: "one", ...scope }).ok;
  };

  test("is told of seven parameters", () => {
    expect(pairs).toHaveLength(7);
  });

  test.each(pairs)("%s needs %j, and no others; every meeting: %s", (search, fields, needsEvery) => {
    expect(mayAsk(search, { meetings: "*", fields })).toBe(true);
    expect(mayAsk(search, { meetings: ["room-1"], fields })).toBe(!needsEvery);
    for (const left of fields) {
      expect(mayAsk(search, { meetings: "*", fields: fields.filter((field) => field !== left) })).toBe(false);
    }
  });
});

describe("the messages", () => {
  const shown = [...guide.matchAll(/^\| `("[^`]+)` \| `(policies[^`]+)` \|$/gm)];
  const told = (fragment: string, change: Partial<PolicySettings> = {}) => {
    const policy = '"name":"a","when":"authenticated","apps":"*","meetings":"*","resources":"*","fields":"*"';
    const parsed = parsePolicies(`{"policies":[{${policy},${fragment}}]}`, { ...settings, ...change });
    return parsed.ok ? parsed.value.warnings : parsed.failure;
  };

  test("are shown for eleven mistakes", () => {
    expect(shown).toHaveLength(11);
  });

  test.each(shown.map(([, fragment = "", problem = ""]) => [fragment, problem] as const))("%s", (fragment, problem) => {
    expect(told(fragment)).toContain(problem);
  });

  test("and those of warnings are the ones told", () => {
    const narrow =
      '"fields":["id","meta"]},{"name":"b","when":"authenticated","apps":"*","meetings":"*","resources":["sessions"],"fields":"*"';
    const behind =
      '"resources":["chat"]},{"name":"b","when":"authenticated","apps":"*","meetings":"*","resources":"*","fields":"*","grants":["purge"]';
    const warnings = [
      ...told(narrow),
      ...told(behind),
      ...told('"when":{"claim":"roles","includes":"admin"},"meetings":{"fromClaim":"meetings"}', { mode: "key" }),
    ];
    expect(warnings).toHaveLength(5);
    for (const warning of warnings) expect(guide).toContain(`\`${warning}\``);
  });
});

test("the guide names every field of every resource", () => {
  for (const name of resourceNames.flatMap(fieldsOf)) expect(guide).toContain(`\`${name}\``);
});
