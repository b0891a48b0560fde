// Whether the oracle can fail: everything that keeps callers apart is taken away, one thing at a time, and the oracle has to notice, for a
// resource of each kind of owner. What shows somebody what they must not see has to be noticed by the model of the policies alone as
// well, since a fault that both sides share makes no difference between them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resources } from "../../src/resources/registry.ts";
import type { Resource } from "../../src/resources/resource.ts";
import { casesOf } from "../support/oracle-cases.ts";
import type { OracleCase } from "../support/oracle-cases.ts";
import { mutants } from "../support/oracle-mutants.ts";
import type { Mutant } from "../support/oracle-mutants.ts";
import { buildChanged } from "../support/oracle-services.ts";
import type { Change } from "../support/oracle-services.ts";
import { findingsIn, prepare } from "../support/oracle.ts";
import type { Prepared } from "../support/oracle.ts";

/** Each change is noticed within a few dozens of cases. The cases are the same in each run: whether a change is noticed is no matter of luck. */
const casesMax = 600;
const seed = Number(process.env["TEST_SEED"] || 1);

/** What the new services say is the same whatever it is compared with. */
const prepared = new Map<Resource, { cases: readonly OracleCase[]; done: Promise<Prepared>[] }>();

function casesFor(resource: Resource) {
  const known = prepared.get(resource) ?? {
    cases: fc.sample(casesOf(resource), { numRuns: casesMax, seed }),
    done: [],
  };
  prepared.set(resource, known);
  return known;
}

type Kind = "differences" | "breaches";

/** Which of the wanted kinds there are in the first so many cases of a resource. */
async function noticed(
  wanted: readonly Kind[],
  resource: Resource,
  { change, casesTried = casesMax }: { change: Change; casesTried?: number },
): Promise<readonly Kind[]> {
  const { cases, done } = casesFor(resource);
  const found = new Set<Kind>();
  for (const [place, each] of cases.slice(0, casesTried).entries()) {
    done[place] ??= prepare(each);
    const findings = await findingsIn(await done[place], (parts) => buildChanged(parts, change));
    for (const kind of wanted) if (findings[kind].length > 0) found.add(kind);
    if (found.size === wanted.length) break;
  }
  return wanted.filter((kind) => found.has(kind));
}

const kinds = [...new Set(resources.map(({ owner }) => owner.by))];
const isItsOwnParent = ({ owner, path }: Resource) => owner.by === "parent" && owner.path === path;

/** The resource of a kind of owner on which a mutant is tried: one that hangs on another before one that others hang on. */
const triedOn = (kind: string, { breaks }: Mutant): Resource | undefined =>
  resources
    .filter((resource) => resource.owner.by === kind && breaks(resource))
    .toSorted((one, other) => Number(isItsOwnParent(one)) - Number(isItsOwnParent(other)))[0];

const tried = kinds.map((kind) => {
  const rows = mutants.flatMap((mutant) => {
    const resource = triedOn(kind, mutant);
    return resource ? [{ name: mutant.name, path: resource.path, resource, mutant }] : [];
  });
  const leaking = rows.filter(({ mutant, resource }) => mutant.leaks(resource));
  return { kind, rows, leaking, faulty: rows.filter((row) => !leaking.includes(row)) };
});

describe(`the oracle, over cases of seed ${seed}`, { timeout: 60_000 }, () => {
  it("is tried with every mutant, and with leaks for every kind of owner", () => {
    const names = new Set(tried.flatMap(({ rows }) => rows.map(({ name }) => name)));
    expect([...names].sort()).toEqual(mutants.map(({ name }) => name).sort());
    for (const { kind, leaking } of tried) expect([kind, leaking.length > 3]).toEqual([kind, true]);
  });

  describe.each(tried)("where items are owned by $kind", ({ rows, leaking, faulty }) => {
    it.each([...new Set(rows.map(({ resource }) => resource))])(
      "has nothing against the same parts put together by the test: $path",
      async (resource) => {
        expect(await noticed(["differences", "breaches"], resource, { change: {}, casesTried: 4 })).toEqual([]);
      },
    );

    it.each(leaking)("notices, and by the policies alone too, when $name: $path", async ({ resource, mutant }) => {
      const both = ["differences", "breaches"] as const;
      expect(await noticed(both, resource, mutant)).toEqual(both);
    });

    it.each(faulty)("notices when $name: $path", async ({ resource, mutant }) => {
      expect(await noticed(["differences"], resource, mutant)).toEqual(["differences"]);
    });
  });
});
