// Files that a session leaves behind: what state they are said to be in, and how long a link to one is shown.
import { beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import { resources } from "../../src/resources/registry.ts";
import { appAlias, createTestService } from "../support/app.ts";
import type { TestServiceOptions } from "../support/app.ts";
import { findIds } from "../support/family.ts";

const base = `/v1/apps/${appAlias}`;
const artefacts = resources.filter(({ withFile }) => withFile !== undefined);
const named = artefacts.map(({ path, fields }) => [path.slice(path.lastIndexOf("/") + 1), fields[0] ?? ""] as const);

let sessionId = "";
let liveId = "";
beforeAll(async () => {
  const service = createTestService();
  sessionId = (await findIds(service, base)).session_id;
  const live = await service.send(`${base}/sessions?status=LIVE&per_page=1`);
  liveId = (await live.json<{ data: { sessions: { id: string }[] } }>()).data.sessions[0]?.id ?? "";
});

type Answer = { data: Record<string, string | null> };

function setUp(faults: readonly FaultInput[] = [], options: TestServiceOptions = {}) {
  const service = createTestService({ ...options, faults });
  const read = async (leaf: string, id = sessionId) => {
    const response = await service.send(`${base}/sessions/${id}/${leaf}`);
    return { status: response.status, ...(await response.json<Answer>()) };
  };
  return { ...service, read };
}

const ready: FaultInput = { kind: "artefact-state", state: "ready" };

describe.each(named)("the %s", (leaf, link) => {
  it("is ready where its file has something in it, and its link works", async () => {
    const { read, simulator } = setUp([ready]);
    const { data } = await read(leaf);
    expect(data["state"]).toBe("ready");
    const file = await simulator.fetch(new Request(data[link] ?? ""));
    expect([file.status, (await file.text()).length > 0]).toEqual([200, true]);
  });

  it.each<[string, readonly FaultInput[], string]>([
    ["empty where its file has no byte", [{ kind: "artefact-state", state: "empty" }], "empty"],
    ["absent where the link is the same for all", [{ kind: "artefact-state", state: "placeholder" }], "absent"],
    ["absent where the upstream has no such file", [{ kind: "artefact-state", state: "absent" }], "absent"],
    ["absent where the link has ended", [ready, { kind: "artefact-expiry", form: "past" }], "absent"],
    ["absent where the file can't be had", [ready, { kind: "error", status: 500, route: "file" }], "absent"],
    ["absent where the file is elsewhere", [ready, { kind: "redirect", route: "file" }], "absent"],
  ])("is %s, and then has no link", async (_what, faults, state) => {
    // An hour after its end, a file that is not there does not come any more.
    const { read, clock } = setUp(faults);
    await clock.advance(3_700_000);
    const { status, data } = await read(leaf);
    expect([status, data["state"], data[link]]).toEqual([200, state, null]);
  });

  it.each(["not-found", "bad-request", "null", "null-link"] as const)(
    "is absent in whichever way the upstream says so: %s",
    async (form) => {
      const { read, clock } = setUp([
        { kind: "artefact-state", state: "absent" },
        { kind: "artefact-absent", form },
      ]);
      await clock.advance(3_700_000);
      expect((await read(leaf)).data).toMatchObject({ [link]: null, state: "absent" });
    },
  );

  it("is pending while its session runs", async () => {
    const { read } = setUp();
    expect((await read(leaf, liveId)).data).toMatchObject({ [link]: null, state: "pending" });
  });

  it("is asked for at hosts of the list alone", async () => {
    const { read, simulator } = setUp([ready]);
    simulator.serveFilesAt("https://elsewhere.example");
    const before = simulator.state().fileCalls;
    expect((await read(leaf)).data[link]).toBeNull();
    expect(simulator.state().fileCalls).toEqual(before);
  });

  it("has its link on no line of the log", async () => {
    const { read, lines } = setUp([ready], { settings: { LOG_LEVEL: "debug" } });
    const { data } = await read(leaf);
    expect(JSON.stringify(lines)).not.toContain(new URL(data[link] ?? "").search);
  });

  it("shows its link until five minutes before that ends, and after that not even when the upstream fails", async () => {
    const { read, simulator, clock } = setUp([ready], {
      settings: { FRESH_SETTLED_SECONDS: "604800", STALE_IF_ERROR_SECONDS: "2592000" },
    });
    const expiry = named.find(([name]) => name === leaf)?.[1] === "summaryDownloadUrl" ? "Expiry" : "_expiry";
    const { data } = await read(leaf);
    const endsAt = Date.parse(data[`${link}${expiry}`] ?? "");
    simulator.setFaults([{ kind: "error", status: 500 }]);
    await clock.advance(endsAt - 301_000 - clock.now());
    expect((await read(leaf)).data[link]).toBe(data[link]);
    await clock.advance(endsAt - 299_000 - clock.now());
    expect((await read(leaf)).status).toBe(502);
  });

  it("is shown for a minute at most where the end of its link can't be read", async () => {
    const { read, simulator, clock } = setUp([ready, { kind: "artefact-expiry" }]);
    expect((await read(leaf)).data["state"]).toBe("ready");
    simulator.setFaults([{ kind: "error", status: 500 }]);
    await clock.advance(61_000);
    expect((await read(leaf)).status).toBe(502);
  });
});
