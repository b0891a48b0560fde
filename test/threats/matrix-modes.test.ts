// The same matrix where callers are servers with a key, and where nobody says who they are.
import { describe, expect, it } from "vitest";
import { createDeployment, meetingA, own, resources, targetsOf } from "../support/actors.ts";
import type { Deployment } from "../support/actors.ts";
import { bearer, keyed, policiesOf, serverKey, tokenOf } from "../support/callers.ts";
import { createTestClock } from "../support/clock.ts";
import { ownersIn } from "../support/oracle-marks.ts";

const token = await tokenOf({ roles: ["admin"] }, createTestClock().now());
const strangers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nobody: {},
  "the key with another secret": bearer(`rtkb_server_${"x".repeat(43)}`),
  "a key of another name": bearer(serverKey.replace("server", "ssr")),
  "the beginning of the key": bearer(serverKey.slice(0, -1)),
  "the key and one letter more": bearer(`${serverKey}s`),
  "the key as a password": { authorization: `Basic ${Buffer.from(`server:${serverKey}`).toString("base64")}` },
  "the key alone": { authorization: serverKey },
  "a token": bearer(token),
};

/** What each of the resources gets, in their order. */
async function expectStatuses(
  deployment: Deployment,
  headers: Readonly<Record<string, string>>,
  statuses: readonly number[],
) {
  for (const [place, [name, question]] of Object.entries(resources).entries()) {
    for (const target of targetsOf(question)) {
      for (const method of ["GET", "HEAD", "GET"]) {
        const answer = await deployment.send(target, { method, headers });
        expect(`${name}: ${answer.status}`).toBe(`${name}: ${statuses[place]}`);
        const foreign = ownersIn(await answer.text()).filter(({ appId }) => appId !== own.id);
        expect(foreign).toEqual([]);
      }
    }
  }
}

describe("rows 45 and 48: a server with a key", () => {
  const deployment = createDeployment(keyed({ apps: [own.alias], meetings: [meetingA] }));

  it("rows 45 and 48: has the statuses of its policy", async () => {
    await expectStatuses(deployment, bearer(serverKey), [200, 200, 404, 404, 400, 400, 200, 200, 404, 404, 404]);
  });

  it.each(Object.entries(strangers))(
    "row 45: %s gets nothing, for nothing, though the pages are there",
    async (_name, headers) => {
      const before = deployment.counts();
      await expectStatuses(deployment, headers, Array<number>(11).fill(401));
      expect(deployment.counts()).toEqual(before);
    },
  );
});

describe("rows 45 and 48: everybody, where nobody says who they are", () => {
  const fields = ["id", "meeting_display_name"];
  const policies = policiesOf({ when: "anyone", apps: [own.alias], meetings: [meetingA], fields });
  const deployment = createDeployment({ AUTH_MODE: "public", POLICIES: policies });

  it.each(Object.entries({ ...strangers, "the key": bearer(serverKey) }))(
    "rows 45 and 48: %s is shown what the policy lists, and no more",
    async (_name, headers) => {
      await expectStatuses(deployment, headers, [200, 200, 404, 404, 400, 400, 400, 400, 404, 404, 404]);
      const answer = await deployment.send(`/v1/apps/${own.alias}/sessions`, { headers });
      const { data } = JSON.parse(await answer.text());
      expect(new Set(data.sessions.map((row: object) => Object.keys(row).join()))).toEqual(new Set([fields.join()]));
    },
  );
});
