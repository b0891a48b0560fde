// What the settings need of a wrangler.toml (or .json, .jsonc): [vars], the names of its secrets, and the limit of its [[ratelimits]].
//
// Wrangler's own reader reads it. Only the top of the file counts: of environments ([env.x]) only the names are told. No reason repeats
// what a line says.
import { fail, ok, type Result } from "../../src/ground/errors.ts";
import { field, isRecord } from "../../src/ground/plain-data.ts";

export type WranglerFile = {
  /** Name to text. Numbers and booleans as text, as the service takes them. */
  vars: ReadonlyMap<string, string>;
  /** Of [vars], what is neither text, number nor boolean. */
  unusableNames: readonly string[];
  /** `[secrets] required`. */
  secretNames: readonly string[];
  /** The entry is `worker-redis.ts`. */
  isForRedis: boolean;
  /** Requests a minute that the binding CLIENT_LIMIT allows one client; undefined without it. */
  ceilingPerMinute: number | undefined;
  /** Environments with [vars] of their own. */
  environments: readonly string[];
};

/** Of wrangler's module. Its own declaration refers to a package that is not published with it. */
type Wrangler = {
  experimental_readRawConfig: (args: { config: string }, options: { hideWarnings: boolean }) => { rawConfig: unknown };
};

/** Fails with what is wrong and where: `line 12 can't be read …`. */
export async function readWranglerFile(file: string): Promise<Result<WranglerFile, string>> {
  // It takes a second to load, which only this needs.
  const wrangler: Wrangler = await import("wrangler");
  let raw: unknown;
  try {
    raw = wrangler.experimental_readRawConfig({ config: file }, { hideWarnings: true }).rawConfig;
  } catch (error) {
    const line = field(field(error, "location"), "line");
    const where = typeof line === "number" ? `line ${line} can't be read` : "can't be read";
    return fail(`${where} (quote texts: NAME = "value"; set each name once)`);
  }
  const table = field(raw, "vars");
  const entries = isRecord(table) ? Object.entries(table) : [];
  const vars = entries.filter(([, value]) => isPlain(value)).map(([name, value]) => [name, String(value)] as const);
  const required = field(field(raw, "secrets"), "required");
  const main = field(raw, "main");
  return ok({
    vars: new Map(vars),
    unusableNames: entries.filter(([, value]) => !isPlain(value)).map(([name]) => name),
    secretNames: listOf(required).filter((name) => typeof name === "string"),
    isForRedis: typeof main === "string" && main.includes("worker-redis"),
    ceilingPerMinute: ceilingOf(listOf(field(raw, "ratelimits"))),
    environments: Object.entries(recordOf(field(raw, "env"))).flatMap(([name, of]) =>
      field(of, "vars") === undefined ? [] : [name],
    ),
  });
}

function ceilingOf(limits: readonly unknown[]): number | undefined {
  const simple = field(
    limits.find((one) => field(one, "name") === "CLIENT_LIMIT"),
    "simple",
  );
  const [limit, period] = [field(simple, "limit"), field(simple, "period")];
  return typeof limit === "number" && typeof period === "number" && period > 0 ? (limit * 60) / period : undefined;
}

const isPlain = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
const recordOf = (value: unknown) => (isRecord(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
