// Every resource of the registry as a stream: the page's own bytes, for whom the page is, for as long as that holds.
import { beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import { createChangeLog } from "../../src/cache/change-log.ts";
import { mountsOf } from "../../src/http/data-routes.ts";
import { resources } from "../../src/resources/registry.ts";
import type { Resource } from "../../src/resources/resource.ts";
import { allowedOrigin, appAlias, createTestService } from "../support/app.ts";
import type { TestService } from "../support/app.ts";
import { bearer, signed, tokenOf } from "../support/callers.ts";
import { parseObject } from "../support/document.ts";
import { findIds } from "../support/family.ts";
import type { FamilyIds } from "../support/family.ts";
import { followStream } from "../support/stream.ts";
import type { OpenStream } from "../support/stream.ts";

const base = `/v1/apps/${appAlias}`;
const named = resources.map((resource) => [resource.path, resource] as const);
let ids: FamilyIds;
beforeAll(async () => {
  ids = await findIds(createTestService(), base);
});

const filled = (template: string) =>
  template.replaceAll(/:(\w+)/g, (whole, name: keyof FamilyIds) => ids[name] ?? whole);
const pageOf = ({ path }: Pick<Resource, "path">) => `${base}${filled(path)}`;
const streamOf = (resource: Pick<Resource, "path">) => filled(mountsOf(resource).live).replace(":app", appAlias);

/** Open, and past its first events. */
async function listen({ send, clock }: TestService, target: string, init?: RequestInit): Promise<OpenStream> {
  const stream = followStream(await send(target, init));
  await settle(clock);
  return stream;
}

/** A stream passes through the platform's own queues. */
async function settle(clock: TestService["clock"]): Promise<void> {
  for (let round = 0; round < 20; round += 1) await clock.settle();
}

async function pass({ clock }: TestService, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1_000);
    await settle(clock);
  }
}

describe.each(named)("the stream of %s", (_path, resource) => {
  it("begins with the page, byte for byte what GET gives, under its ETag", async () => {
    const service = createTestService();
    const page = await service.send(pageOf(resource));
    const stream = await listen(service, streamOf(resource));
    expect([stream.status, stream.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect(stream.headers.get("cache-control")).toBe("no-store, no-transform");
    const [retry, first, ...others] = stream.events();
    expect([retry?.event, first?.event, first?.data, others]).toEqual(["retry", "page", await page.text(), []]);
    const etag = page.headers.get("etag");
    if (etag !== null) expect(first?.id).toBe(etag);
    await stream.close();
  });

  it("sends nothing that its client has, and the page again only when its bytes change", async () => {
    const service = createTestService();
    const stream = await listen(service, streamOf(resource));
    const id = stream.events()[1]?.id ?? "";
    const again = await listen(service, streamOf(resource), { headers: { "last-event-id": id } });
    expect(again.events().map(({ event }) => event)).toEqual(["retry"]);
    await pass(service, 20);
    const sent = stream.events().slice(1);
    expect(new Set(sent.map(({ data }) => data)).size).toBe(sent.length);
    await Promise.all([stream.close(), again.close()]);
  });

  it("says what is wrong while the upstream fails, goes on with the older page, and sends it again afterwards", async () => {
    const service = createTestService({ settings: { FRESH_RECENT_SECONDS: "30", FRESH_SETTLED_SECONDS: "30" } });
    const stream = await listen(service, streamOf(resource));
    const types = () => stream.events().map(({ event }) => event);
    const count = types().length;
    const faults: FaultInput[] = [{ kind: "error", status: 500 }];
    service.simulator.setFaults(faults);
    await pass(service, 100);
    expect(types().slice(count)).toEqual(["problem"]);
    service.simulator.setFaults([]);
    await pass(service, 100);
    expect(types().slice(count, count + 2)).toEqual(["problem", "page"]);
    await stream.close();
  });

  it("is refused as the page is: a wrong query, a foreign id, an unknown app", async () => {
    const service = createTestService();
    const answers = [
      `${streamOf(resource)}?colour=red`,
      streamOf(resource).replace(`/apps/${appAlias}/`, "/apps/nobody/"),
    ].map(async (target) => {
      const [stream, page] = [await service.send(target), await service.send(target.replace("/live/", "/"))];
      expect(stream.status).toBe(page.status);
      const { code } = parseObject(await stream.text());
      expect(code).toBe(parseObject(await page.text())["code"]);
      return code;
    });
    expect(await Promise.all(answers)).toEqual(["invalid_query", "not_found"]);
  });
});

describe("who listens", () => {
  const everything = { apps: "*", resources: "*", fields: "*", meetings: "*" } as const;

  it("must be let in as for the page, and is shown the same cut of it", async () => {
    const settings = signed(
      { ...everything, when: { claim: "role", equals: "admin" } },
      { ...everything, resources: ["sessions"], fields: ["id", "status"], when: { claim: "role", equals: "viewer" } },
    );
    const service = createTestService({ settings });
    const listenAs = async (role: string) =>
      listen(service, `/v1/live/apps/${appAlias}/sessions?per_page=1`, {
        headers: bearer(await tokenOf({ role }, service.clock.now())),
      });
    expect((await service.send(`/v1/live/apps/${appAlias}/sessions`)).status).toBe(401);
    expect((await listenAs("nobody")).status).toBe(403);
    const [admin, viewer] = [await listenAs("admin"), await listenAs("viewer")];
    const keys = ({ events }: OpenStream) => {
      const page = JSON.parse(events()[1]?.data ?? "") as { data: { sessions: object[] } };
      return Object.keys(page.data.sessions[0] ?? {});
    };
    expect(keys(viewer)).toEqual(["id", "status"]);
    expect(keys(admin).length).toBeGreaterThan(10);
    await Promise.all([admin.close(), viewer.close()]);
  });

  it("is told when the credential ends, and then the stream ends", async () => {
    const service = createTestService({ settings: signed({ ...everything }) });
    const token = await tokenOf({}, service.clock.now());
    const stream = await listen(service, `/v1/live/apps/${appAlias}/sessions`, { headers: bearer(token) });
    await pass(service, 200);
    expect(stream.isOver()).toBe(false);
    await pass(service, 400);
    expect(stream.isOver()).toBe(true);
    const last = stream.events().at(-1);
    expect([last?.event, parseObject(last?.data ?? "{}")["code"]]).toEqual(["problem", "unauthorized"]);
  });

  it("is looked at anew after ten minutes at the latest", async () => {
    const service = createTestService();
    const stream = await listen(service, `/v1/live/apps/${appAlias}/sessions`);
    await pass(service, 530);
    expect(stream.isOver()).toBe(false);
    await pass(service, 71);
    expect(stream.isOver()).toBe(true);
  });

  it("has ten streams at most, and a place is free again when one is closed", async () => {
    const service = createTestService();
    const open = () => listen(service, `/v1/live/apps/${appAlias}/sessions`);
    const streams = await Promise.all(Array.from({ length: 10 }, open));
    const refused = await service.send(`/v1/live/apps/${appAlias}/sessions`);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
    expect(parseObject(await refused.text())["detail"]).toContain("10 streams open");
    await streams[0]?.close();
    expect((await open()).status).toBe(200);
  });

  it("is no page of another site, which could read nothing of it", async () => {
    const service = createTestService();
    const foreign = { headers: { origin: "https://other.example", "sec-fetch-site": "cross-site" } };
    const refused = await service.send(`/v1/live/apps/${appAlias}/sessions`, foreign);
    expect([refused.status, service.calls()]).toEqual([403, 0]);
    const allowed = { headers: { origin: allowedOrigin, "sec-fetch-site": "cross-site" } };
    const stream = await listen(service, `/v1/live/apps/${appAlias}/sessions`, allowed);
    expect([stream.status, stream.headers.get("access-control-allow-origin")]).toEqual([200, allowedOrigin]);
    await stream.close();
  });

  it("gets an answer to HEAD that opens nothing", async () => {
    const service = createTestService();
    for (let count = 0; count < 20; count += 1) {
      const response = await service.send(`/v1/live/apps/${appAlias}/sessions`, { method: "HEAD" });
      expect([response.status, await response.text()]).toEqual([200, ""]);
    }
    expect(service.clock.pendingTimers()).toBe(0);
  });
});

it("nobody in a meeting is an ordinary event, after which there may be a page", async () => {
  const service = createTestService();
  const nobody = "/meetings/00000000-0000-4000-8000-000000000000/active-session";
  const stream = await listen(service, `/v1/live/apps/${appAlias}${nobody}`);
  await pass(service, 30);
  expect(stream.isOver()).toBe(false);
  const [, first, ...others] = stream.events();
  expect([first?.event, parseObject(first?.data ?? "{}")["code"], others]).toEqual([
    "problem",
    "no_active_session",
    [],
  ]);
  await stream.close();
});

it("all who ask the same question cost one upstream call for each window of freshness, however many listen", async () => {
  const service = createTestService();
  const streams = await Promise.all(
    Array.from({ length: 10 }, () => listen(service, `/v1/live/apps/${appAlias}/sessions?status=LIVE`)),
  );
  const before = service.calls();
  await pass(service, 60);
  expect(service.calls() - before).toBeLessThanOrEqual(12);
  expect(service.calls() - before).toBeGreaterThanOrEqual(9);
  await Promise.all(streams.map(async (stream) => stream.close()));
});

it("when the process ends, every stream does", async () => {
  const service = createTestService({ services: { changes: createChangeLog({ now: () => 0 }) } });
  const streams = await Promise.all(
    [1, 2, 3].map((page) => listen(service, `/v1/live/apps/${appAlias}/sessions?page_no=${page}`)),
  );
  service.endStreams();
  await settle(service.clock);
  expect(streams.map((stream) => stream.isOver())).toEqual([true, true, true]);
  expect(service.clock.pendingTimers()).toBe(0);
});
