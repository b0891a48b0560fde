// What is asked in a case of the oracle: questions that are nearly the same, and the many ways to write each of them down. Words for
// parameters come from the definitions of resources, so that one that is added tomorrow is asked about as well.
import fc from "fast-check";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { mountsOf } from "../../src/http/data-routes.ts";
import { idNamesOf, parameterNames, pathOf, readQuery } from "../../src/resources/read-query.ts";
import { resourceAt, resources } from "../../src/resources/registry.ts";
import type { Parameter, Resource } from "../../src/resources/resource.ts";
import { testEpoch } from "./epoch.ts";
import { apps, askedApps } from "./oracle-places.ts";
import type { Place } from "./oracle-places.ts";

/** `app` is an alias, `path` the resource's. `broken` goes to the end of the query and makes it wrong. */
export type Question = {
  app: string;
  path: string;
  ids: Place["ids"];
  query: Readonly<Record<string, string>>;
  broken: string;
};

const dayMs = 86_400_000;
const day = (back: number) => new Date(testEpoch - back * dayMs).toISOString().slice(0, 10);
/** Words of every kind that parameters have. The last days of the past are three and one days back. */
const words = ["e", "true", "false", "1", "2", "5", "1:5", `${day(21)}T00:00:00Z`, day(3), day(1)];

/** Good values for a parameter: those it lists, else whichever of the words it takes. A text takes any, so it gets one. */
function wordsFor(name: string, parameter: Parameter): readonly string[] {
  const listed = parameter.document["enum"];
  const candidates = Array.isArray(listed) ? listed.map(String) : words;
  const taken = candidates.filter((text) => parameter.read(text) !== undefined);
  if (taken.length === 0) throw new Error(`no word of test/support/oracle-questions.ts is good for ${name}`);
  return taken.includes("e") ? ["e"] : taken;
}

type Pairs = Record<string, string>;

/** Words for each parameter of a resource; mostly the first of the meetings where one is asked for. */
function wordsOf(resource: Resource, meetings: readonly string[]): Map<string, fc.Arbitrary<Pairs>> {
  const { owner } = resource;
  const favourite = meetings.slice(0, 1);
  return new Map(
    Object.entries(resource.parameters).map(([name, parameter]) => {
      const isOwner = owner.by === "field" && owner.parameter === name;
      const good = isOwner ? [...meetings, ...Array<string[]>(9).fill(favourite).flat()] : wordsFor(name, parameter);
      return [name, fc.constantFrom(...good).map((word): Pairs => ({ [name]: word }))];
    }),
  );
}

const merged = (parts: readonly Pairs[]): Pairs => Object.assign({}, ...parts) as Pairs;

/** A query of a resource: its meeting more often than not, and up to two other words. Pages are small. */
function queryOf(resource: Resource, meetings: readonly string[]): fc.Arbitrary<Pairs> {
  const { owner, parameters } = resource;
  const all = wordsOf(resource, meetings);
  const own = owner.by === "field" ? all.get(owner.parameter) : undefined;
  const others = [...all].filter(([, pairs]) => pairs !== own);
  // What reaches across meetings is refused to most.
  const asked = others.flatMap(([name, pairs]) =>
    Array<fc.Arbitrary<Pairs>>(parameters[name]?.reachesAcross ? 1 : 4).fill(pairs),
  );
  const small: Pairs = parameters["per_page"] ? { per_page: "5" } : {};
  const some = asked.length === 0 ? fc.constant<Pairs[]>([]) : fc.array(fc.oneof(...asked), { maxLength: 2 });
  const meeting = own ? fc.oneof({ weight: 3, arbitrary: own }, fc.constant<Pairs>({})) : fc.constant<Pairs>({});
  return fc.tuple(meeting, some).map(([one, more]) => merged([small, one, ...more]));
}

const nobodys = "nobody";
const broken = fc.constantFrom(...Array<string>(40).fill(""), "colour=red", "page_no=x", "per_page=5&per_page=5");
const anyApp = fc.constantFrom(...Array<string[]>(5).fill(askedApps).flat(), nobodys);

/** One question about a resource, and one or two that are nearly the same: what keeps two pages apart is mostly a single word. */
export function questionsOf(resource: Resource, places: readonly Place[]): fc.Arbitrary<Question[]> {
  const meetings = places.map(({ meeting }) => meeting);
  const place = fc.constantFrom(...Array<Place[]>(4).fill(places.slice(0, 1)).flat(), ...places);
  const { path, owner } = resource;
  const where = fc
    .tuple(place, fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, anyApp))
    .map(([{ app, ids }, other]) => ({ app: other ?? app, ids }));
  const first = fc
    .record({ where, query: queryOf(resource, meetings), broken })
    .map(({ where: { app, ids }, ...rest }) => ({ app, path: path as string, ids, ...rest }));
  const change: fc.Arbitrary<Partial<Question>> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ app: anyApp }) },
    { weight: path.includes(":") ? 2 : 0, arbitrary: fc.constantFrom(...places).map(({ ids }) => ({ ids })) },
    { weight: path.includes(":") ? 2 : 0, arbitrary: fc.constantFrom(...places).map(({ app, ids }) => ({ app, ids })) },
    { weight: 2, arbitrary: fc.constantFrom(...nearTo(resource)).map((other) => ({ path: other.path })) },
    ...(owner.by === "field"
      ? [{ weight: 3, arbitrary: fc.constantFrom(...meetings).map((one) => ({ query: { [owner.parameter]: one } })) }]
      : []),
    ...[...wordsOf(resource, meetings)].map(([name, pairs]) => ({
      weight: name === "page_no" ? 3 : 1,
      arbitrary: pairs.map((query) => ({ query })),
    })),
  );
  return fc
    .tuple(first, fc.array(change, { minLength: 1, maxLength: 2 }))
    .map(([one, changes]) => [one, ...changes.map((other) => changed(one, other))]);
}

/** Resources with the same ids in their paths, those with the same words again; all of them where there are none. */
function nearTo(resource: Resource): readonly Resource[] {
  const others = resources.filter((other) => other !== resource);
  const beside = others.filter((other) => String(idNamesOf(other)) === String(idNamesOf(resource)));
  const twins = beside.filter((other) => String(parameterNames(other)) === String(parameterNames(resource)));
  return beside.length === 0 ? others : [...beside, ...twins, ...twins, ...twins];
}

/** Without the words that the resource does not take. */
function changed(one: Question, other: Partial<Question>): Question {
  const question = { ...one, ...other, query: { ...one.query, ...other.query } };
  const { parameters } = resourceAt(question.path);
  const known = Object.entries(question.query).filter(([name]) => Object.hasOwn(parameters, name));
  return { ...question, query: Object.fromEntries(known) };
}

const pairsOf = ({ query, broken: wrong }: Question) => [
  ...Object.entries(query).map(([name, value]) => `${name}=${value}`),
  ...(wrong === "" ? [] : [wrong]),
];

/** Whether the words are good, whoever asks. */
export const isGood = (question: Question): boolean =>
  readQuery(resourceAt(question.path), pairsOf(question).join("&"), testEpoch).ok;

/** A target that means this question. All styles of one question mean the same. */
export function spelled(question: Question, style: number): string {
  const { app: alias, path, ids, query } = question;
  const { parameters } = resourceAt(path);
  const pairs = pairsOf(question);
  const id = apps.find((one) => one.alias === alias)?.id ?? alias;
  const mounts = mountsOf({ path: `/${pathOf({ path }, ids).slice(1)}` });
  const own = (name: string, search: string) => `${mounts.own.replace(":app", name)}?${search}`;
  const sdk = (account: string, name: string, search: string) =>
    `${mounts.sdk.replace(":account_id", account).replace(":app_id", name)}?${search}`;
  const withDefaults = Object.entries(parameters).flatMap(([name, { fallback }]) =>
    query[name] !== undefined || fallback === undefined || typeof fallback === "function"
      ? []
      : [`${name}=${name === "page_no" ? "0" : fallback}`],
  );
  switch (style) {
    case 1:
      return sdk("_", id, pairs.toReversed().join("&"));
    case 2:
      return own(id, pairs.map((pair) => inOtherCase(pair, parameters)).join("&"));
    case 3:
      return own(alias, [...withDefaults, ...pairs].join("&"));
    case 4:
      return sdk(
        SIMULATOR_ACCOUNT_ID,
        alias,
        pairs.map((pair) => pair.replace("=", "=%").replace(/%(.)/, escaped)).join("&"),
      );
    case 5:
      return own(alias, `&${pairs.join("&&")}&`);
    default:
      return own(alias, pairs.join("&"));
  }
}

/** Where upper and lower case are the same. */
function inOtherCase(pair: string, parameters: Resource["parameters"]): string {
  const [name = "", value = ""] = pair.split("=");
  const read = parameters[name]?.read;
  const swapped = value === value.toLowerCase() ? value.toUpperCase() : value.toLowerCase();
  return read && read(value) !== undefined && read(swapped) === read(value) ? `${name}=${swapped}` : pair;
}

const escaped = (_: string, first: string) => `%${first.charCodeAt(0).toString(16)}`;
