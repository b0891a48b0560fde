// Who gets what, for every actor, resource, action and mount: the statuses as the policies have them. What is refused costs nothing.
import { describe, expect, it } from "vitest";
import { actorsAt, createDeployment, idOf, resources, school, schoolSettings, targetsOf } from "../support/actors.ts";
import { allowedOrigin } from "../support/app.ts";
import { expectedOf } from "../support/oracle-model.ts";
import { ownersIn } from "../support/oracle-marks.ts";
import type { Question } from "../support/oracle-questions.ts";

/** As people would say it. The order of the numbers is that of the resources. */
const told: Readonly<Record<string, readonly number[]>> = {
  nobody: [401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401],
  "a forged token": [401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401],
  "an expired token": [401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401],
  "an API key": [401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401],
  "somebody without a policy": [403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403],
  "a teacher of A": [200, 200, 404, 404, 400, 400, 200, 400, 404, 404, 404],
  "a teacher of A and B": [400, 200, 200, 404, 400, 400, 400, 400, 404, 404, 404],
  "an admin": [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 404],
  "a guest of the other app": [404, 404, 404, 404, 404, 404, 404, 404, 200, 400, 404],
};

const deployment = createDeployment(schoolSettings);
const actors = await actorsAt(deployment.clock.now());
const rows = Object.keys(told).flatMap((name) =>
  Object.keys(resources).map((resource, place) => [name, resource, told[name]?.[place] ?? 0] as const),
);
const headersOf = (name: string) => actors.get(name)?.headers ?? {};
const nothing: Question = { app: "", path: "/sessions", ids: {}, query: {}, broken: "" };
const theirs = (resource: string) => resources[resource] ?? nothing;

describe("rows 45, 47 and 48: an actor, a resource and an action", () => {
  it("rows 45, 47 and 48: have the status that the policies give them", () => {
    for (const [name, resource, status] of rows) {
      const expected = expectedOf(school, actors.get(name)?.claims, theirs(resource)).status;
      expect(`${name}, ${resource}: ${expected}`).toBe(`${name}, ${resource}: ${status}`);
    }
    expect([...actors.keys()]).toEqual(Object.keys(told));
  });

  it.each(rows)(
    "rows 45, 47 and 48: %s, %s: %i by GET and HEAD, at both mounts, cold and kept",
    async (name, resource, status) => {
      const meeting = theirs(resource).query["associated_id"];
      for (const target of [...targetsOf(theirs(resource)), ...targetsOf(theirs(resource))]) {
        const before = deployment.counts();
        for (const method of ["GET", "HEAD"]) {
          const answer = await deployment.send(target, { method, headers: headersOf(name) });
          const text = await answer.text();
          expect(`${method} ${target} ${answer.status}`).toBe(`${method} ${target} ${status}`);
          expect(text === "").toBe(method === "HEAD");
          const foreign = ownersIn(text).filter(
            ({ appId, meeting: named }) =>
              appId !== idOf(theirs(resource).app) || (meeting !== undefined && named !== meeting),
          );
          expect(foreign).toEqual([]);
        }
        if (status !== 200) expect(deployment.counts()).toEqual(before);
      }
    },
  );

  const preflight = { origin: allowedOrigin, "access-control-request-method": "GET" };
  const actions = [
    ["OPTIONS", {}, 204],
    ["OPTIONS", preflight, 204],
    ["POST", {}, 405],
    ["DELETE", {}, 405],
    ["PATCH", {}, 405],
  ] as const;

  it.each(actions)(
    "row 45: by %s with %o are the same for everybody and everything: %i, for nothing",
    async (method, more, status) => {
      const before = deployment.counts();
      for (const [, { headers }] of actors) {
        for (const resource of Object.values(resources)) {
          for (const target of targetsOf(resource)) {
            const answer = await deployment.send(target, { method, headers: { ...headers, ...more } });
            expect(answer.status).toBe(status);
            expect(ownersIn(await answer.text())).toEqual([]);
          }
        }
      }
      expect(deployment.counts()).toEqual(before);
    },
  );

  it.each([
    "/healthz",
    "/readyz",
    "/problems/unauthorized",
    "/docs",
    "/openapi.json",
    "/openapi-3.0.json",
    "/docs/init.js",
  ])("row 45: %s is the same for everybody", async (path) => {
    const answers = new Set<string>();
    for (const [, { headers }] of actors) {
      const answer = await deployment.send(path, { headers });
      answers.add(`${answer.status} ${await answer.text()}`);
    }
    expect([...answers]).toEqual([expect.stringMatching(/^200 /)]);
  });
});
