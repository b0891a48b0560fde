// The keys of the client's queries, held against the service's own tags: what a change touches lies below one prefix.
import { describe, expect, it } from "vitest";
import { createClient } from "../../client/src/client.ts";
import { createQueries, queryKeys } from "../../client/src/tanstack.ts";
import type { Key } from "../../client/src/tanstack.ts";
import { operations } from "../../client/src/operations.generated.ts";
import { resources } from "../../src/resources/registry.ts";
import { tagsOf } from "../../src/resources/tags.ts";

const queries = createQueries(createClient({ baseUrl: "" }));
const app = "support";
const meeting = "ABCDEF-ghijkl";
const idValues: Readonly<Record<string, string>> = {
  app,
  session_id: "s1",
  meeting_id: meeting,
  participant_id: "p1",
  peer_id: "e1",
};

/** Each of the service's tags, and the prefix that stands for it. */
const prefixes: Readonly<Record<string, Key>> = {
  [`app:${app}`]: queryKeys.app(app),
  [`lists:${app}`]: queryKeys.lists(app),
  [`meetings:${app}`]: queryKeys.meetings(app),
  [`meeting:${app}/${meeting.toLowerCase()}`]: queryKeys.meeting(app, meeting),
  [`sessions:${app}`]: queryKeys.sessions(app),
  [`session:${app}/s1`]: queryKeys.session(app, "s1"),
  [`files:${app}/s1`]: queryKeys.files(app, "s1"),
};

type Ask = (...args: unknown[]) => { queryKey: Key };
const methods = Object.entries(operations).flatMap(([group, templates]) =>
  Object.entries(templates).map(([name, template]) => ({
    ask: (queries as unknown as Record<string, Record<string, Ask>>)[group]?.[name] as Ask,
    template,
  })),
);

const cases = methods.flatMap(({ ask, template }) => {
  const resource = resources.find(({ path }) => `{app}${path.replaceAll(/:(\w+)/g, "{$1}")}` === template);
  if (!resource) throw new Error(`no resource at ${template}`);
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const ids = Object.fromEntries(names.map((name) => [name, idValues[name] ?? ""]));
  const { owner } = resource;
  const narrow = owner.by === "field" ? [{}, { [owner.parameter]: meeting }] : [{}];
  return narrow.map((query) => ({
    name: `${resource.operationId} ${JSON.stringify(query)}`,
    ask,
    resource,
    ids,
    query,
  }));
});

describe("the key of a query", () => {
  it.each(cases)("lies below the prefixes of its tags, and below no other: $name", ({ ask, resource, ids, query }) => {
    const { queryKey } = ask(...Object.values(ids), query);
    const { tags } = tagsOf(resource, { appId: app, ids, query });
    const below = Object.keys(prefixes).filter((tag) =>
      prefixes[tag]?.every((part, place) => queryKey[place] === part),
    );
    expect(below.toSorted()).toEqual(tags.toSorted());
  });

  it("is another one for every question, and the same for the same", () => {
    const keys = cases.map(({ ask, ids, query }) => JSON.stringify(ask(...Object.values(ids), query).queryKey));
    expect(new Set(keys).size).toBe(cases.length);
    expect(queries.sessions.list(app, { status: "LIVE" }).queryKey).toEqual(
      queries.sessions.list(app, { status: "LIVE" }).queryKey,
    );
    expect(queries.sessions.list(app).queryKey).toEqual(queries.sessions.list(app, {}).queryKey);
  });
});
