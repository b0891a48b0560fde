// Services with one thing missing that keeps callers or pages apart. Each is broken in the same way for every resource that it can be
// broken for.
import type { Access, Scope } from "../../src/policy/access.ts";
import { makeView } from "../../src/resources/cut.ts";
import { idNamesOf, movesWithTime, parameterNames } from "../../src/resources/read-query.ts";
import { resources } from "../../src/resources/registry.ts";
import type { Resource, Values } from "../../src/resources/resource.ts";
import {
  askedAs,
  identityBy,
  internedBy,
  keyedBy,
  targetForgotten,
  thatOutlive,
  viewKeyedBy,
  withRawEtag,
} from "./oracle-changes.ts";
import type { Change } from "./oracle-services.ts";
import { scopesOf } from "./session-list.ts";

/** `leaks`: whether somebody sees what is not theirs, so that the policies alone must tell. `breaks`: whether it changes anything. */
export type Mutant = {
  name: string;
  change: Change;
  breaks(resource: Resource): boolean;
  leaks(resource: Resource): boolean;
};

const everything: Scope = { policy: "everything", meetings: "*", fields: "*" };
const anybody: Access = { id: "0", scopes: new Map(), grants: new Map() };

const without = (query: Values, name: string): Values =>
  Object.fromEntries(Object.entries(query).filter(([other]) => other !== name));
const withoutMeeting = (query: Values, { owner }: Resource): Values =>
  owner.by === "field" ? without(query, owner.parameter) : query;

const always = () => true;
const never = () => false;
const isBy = (kind: Resource["owner"]["by"]) => (resource: Resource) => resource.owner.by === kind;
const isNotBy = (kind: Resource["owner"]["by"]) => (resource: Resource) => !isBy(kind)(resource);
const isRemembered = (resource: Resource) => !movesWithTime(resource);
const hasQuery = (resource: Resource) => parameterNames(resource).length > 0 && isRemembered(resource);
const hasIds = (resource: Resource) => idNamesOf(resource).length > 0;
/** Whether another resource is asked for with the same ids and the same words. */
const hasTwin = (resource: Resource) =>
  hasIds(resource) &&
  resources.some((other) => {
    const namesOf = (one: Resource) => [...idNamesOf(one), ...parameterNames(one)].join();
    return other !== resource && namesOf(other) === namesOf(resource);
  });

/** Who asks is found out in the same way whatever is asked: one kind of owner is enough. */
const ofCallers: Readonly<Record<string, Change>> = {
  "any token recalls whoever came first": identityBy(() => ""),
  "a token is recalled after its end": identityBy((authorization) => authorization),
  "a token is recalled without its signature": identityBy((authorization) => authorization?.replace(/\.[^.]*$/, "")),
  "all callers have the access of the first": internedBy(() => ""),
  "an access is interned by its policies alone": internedBy((access) =>
    JSON.stringify([...scopesOf(access)].map(([appId, { policy }]) => [appId, policy])),
  ),
  "an access is interned without its apps": internedBy((access) =>
    JSON.stringify([...scopesOf(access).values()].map(({ meetings, fields }) => [meetings, fields])),
  ),
};

type Row = readonly [name: string, change: Change, breaks?: Mutant["breaks"], leaks?: Mutant["leaks"]];

/** Somebody is shown what is not theirs. */
const leaks: readonly Row[] = [
  ...Object.entries(ofCallers).map(([name, change]): Row => [name, change, isBy("field")]),
  [
    "the memo of questions forgets whose they are",
    targetForgotten(
      (target) => target,
      () => anybody,
    ),
    isRemembered,
  ],
  ["a cut page is kept without the view", viewKeyedBy((pageKey) => pageKey)],
  ["the key of a page lacks the app", keyedBy(() => ({ appId: "" }))],
  ["the key of a page lacks its ids", keyedBy(() => ({ ids: {} })), hasIds, isNotBy("app")],
  [
    "the key of a page lacks the resource",
    keyedBy(
      () => ({}),
      (resource) => ({
        operationId: "any",
        version: 0,
        path: `/${idNamesOf(resource)
          .map((name) => `:${name}`)
          .join("/")}`,
      }),
    ),
    hasTwin,
  ],
  [
    "the key of a page lacks EXPOSE_META",
    keyedBy(() => ({ exposeMeta: false })),
    ({ fields }) => fields.includes("meta"),
  ],
  [
    "the scope is not injected",
    { questions: (real) => ({ ...real, ask: (address, _scope, search) => real.ask(address, everything, search) }) },
  ],
  [
    "the meeting is asked for, but rows of others are not cut",
    askedAs(({ view, ...rest }) => ({ ...rest, view: view && makeView(rest.resource, view.fields, undefined) })),
    isBy("field"),
  ],
  ["whose the parent is, is not looked at", askedAs((ask) => ({ ...ask, meetings: undefined })), isBy("parent")],
  [
    "fields are not cut",
    askedAs(({ view, ...rest }) => ({ ...rest, view: view && makeView(rest.resource, "*", view.meeting) })),
  ],
  [
    "nothing is cut",
    { views: () => ({ recall: (entry) => entry, show: async (entry) => ({ ok: true, value: entry }) }) },
  ],
  ["the ETag is the raw page's", { views: withRawEtag }, ({ holdsLinks }) => holdsLinks !== true],
];

/** What is wrong though nobody sees what is not theirs: only the comparison can tell. */
const faults: readonly Row[] = [
  ["a cut page is kept without the page", viewKeyedBy((_pageKey, viewId) => viewId)],
  [
    "the key of a page lacks the meeting",
    keyedBy(({ query }, resource) => ({ query: withoutMeeting(query, resource) })),
    isBy("field"),
  ],
  [
    "the memo of questions forgets the query",
    targetForgotten(
      (target) => target.replace(/\?.*/, ""),
      (access) => access,
    ),
    hasQuery,
  ],
  ["the key of a page lacks the query", keyedBy(() => ({ query: {} })), hasQuery],
  [
    "the key of a page lacks the number of the page",
    keyedBy(({ query }) => ({ query: without(query, "page_no") })),
    ({ parameters }) => parameters["page_no"] !== undefined,
  ],
  [
    "the scope is cut, but not asked for",
    askedAs(({ question, ...rest }) => {
      const query = withoutMeeting(question.query, rest.resource);
      return { ...rest, question: { ...question, query, key: `${question.key}-unscoped` } };
    }),
    isBy("field"),
  ],
  ["a cut page outlives the page", { views: thatOutlive }],
  [
    "CORS headers of the first origin are for all",
    {
      cors(real) {
        let first: ReturnType<typeof real.headers> | undefined;
        return { ...real, headers: (origin) => (first ??= real.headers(origin)) };
      },
    },
    isBy("field"),
  ],
];

const mutantOf =
  (usual: Mutant["leaks"]) =>
  ([name, change, breaks = always, leaking = usual]: Row): Mutant => ({ name, change, breaks, leaks: leaking });

export const mutants: readonly Mutant[] = [...leaks.map(mutantOf(always)), ...faults.map(mutantOf(never))];
