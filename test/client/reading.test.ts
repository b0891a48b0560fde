// The typed client, reading pages of a service that runs, over a wire that is looked at.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient, infoOf, Problem } from "../../client/src/client.ts";
import type { Client, ClientOptions } from "../../client/src/client.ts";
import { until } from "../blackbox/steps.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { startStreamProxy } from "../support/stream-proxy.ts";
import type { StreamProxy } from "../support/stream-proxy.ts";
import { resources } from "../../src/resources/registry.ts";
import { operations } from "../../client/src/operations.generated.ts";

let product: NodeProduct;
let proxy: StreamProxy;
let client: Client;
const clientOf = (options: Partial<ClientOptions> = {}) => createClient({ baseUrl: proxy.url, ...options });
const failureOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

beforeAll(async () => {
  product = await startNodeProduct({ FRESH_LIVE_SECONDS: "60", FRESH_RECENT_SECONDS: "60" });
  proxy = await startStreamProxy(product.url);
  client = clientOf();
});
afterAll(async () => {
  await proxy.close();
  await product.stop();
});

describe("a page", () => {
  it("is as the document types it", async () => {
    const page = await client.sessions.list("support", { status: "LIVE", per_page: 1 });
    expect(page.data.sessions.map(({ status }) => status)).toEqual(["LIVE"]);
    expect(page.paging.per_page).toBe(1);
  });

  it("of every operation of the document is there, with a watch for each and all rows of each list", async () => {
    const paths = Object.values(operations).flatMap((group) => Object.values(group).map((path) => `/${path}`));
    expect(paths.toSorted()).toEqual(
      resources.map((one) => `/{app}${one.path.replaceAll(/:(\w+)/g, "{$1}")}`).toSorted(),
    );

    const [session] = (await client.sessions.list("support", { status: "ENDED", per_page: 1 })).data.sessions;
    if (!session) throw new Error("no session has ended");
    const { id } = session;
    expect((await client.sessions.get("support", id)).data.id).toBe(id);
    const { participants } = (await client.participants.list("support", id)).data;
    const [first] = participants;
    expect((await client.participants.get("support", id, first?.id ?? "")).data.participant.id).toBe(first?.id);
    expect((await client.chat.get("support", id)).success).toBe(true);
    expect((await client.transcript.get("support", id, { format: "VTT" })).success).toBe(true);
    expect((await client.summary.get("support", id)).success).toBe(true);
    expect((await client.livestreams.list("support", id)).data.data).toBeInstanceOf(Array);
    expect((await client.recordings.list("support")).data).toBeInstanceOf(Array);
    expect((await client.analytics.getDaywise("support")).success).toBe(true);
    for (const group of Object.values(client)) {
      const names = Object.keys(group);
      expect(names.filter((name) => name.startsWith("watch"))).toHaveLength(
        names.filter((name) => /^(?:list|get)/.test(name)).length,
      );
    }
  });

  it("that has not changed costs a 304, is the same object, and tells how old it is", async () => {
    const first = await client.sessions.list("support", { per_page: 2 });
    const again = await client.sessions.list("support", { sort_by: undefined, per_page: 2 });
    expect(again).toBe(first);
    expect(proxy.passed().at(-1)?.status).toBe(304);
    const info = infoOf(again);
    expect(info?.isStale).toBe(false);
    expect(info?.asOf).toBeLessThanOrEqual(Date.now());
    expect(infoOf({})).toBeUndefined();
  });

  it("that the service could not renew says that it is stale", async () => {
    const stale = await startNodeProduct({ FRESH_LIVE_SECONDS: "1", SOFT_DEADLINE_MS: "50", STALE_SECONDS: "0" });
    try {
      const own = createClient({ baseUrl: stale.url });
      const first = await own.sessions.list("support", { status: "LIVE" });
      const firstAsOf = infoOf(first)?.asOf ?? 0;
      stale.simulator.setFaults([{ kind: "error", status: 500 }]);
      const page = await until(async () => {
        const shown = await own.sessions.list("support", { status: "LIVE" });
        return infoOf(shown)?.isStale ? shown : undefined;
      });
      expect(infoOf(page)?.asOf).toBeLessThan(firstAsOf + 5_000);
    } finally {
      await stale.stop();
    }
  });

  it("is kept for a bounded number of questions, and never where it holds a link", async () => {
    const small = clientOf({ pagesMax: 2 });
    for (const per_page of [11, 12, 13, 13, 11]) await small.sessions.list("support", { per_page });
    expect(
      proxy
        .passed()
        .slice(-5)
        .map(({ status }) => status),
    ).toEqual([200, 200, 200, 304, 200]);
    const [session] = (await small.sessions.list("support", { status: "ENDED", per_page: 1 })).data.sessions;
    for (const _ of [1, 2]) await small.chat.get("support", session?.id ?? "");
    expect(proxy.passed().at(-1)).toMatchObject({
      status: 200,
      headers: expect.not.objectContaining({ "if-none-match": expect.anything() }),
    });
  });
});

describe("who asks", () => {
  it("by a cookie: credentials are sent, and the header that says that a page of the service's own asks", async () => {
    let sent: unknown;
    const own = createClient({
      baseUrl: "https://sessions.example",
      credentials: "same-origin",
      fetch: async (_url, init) => {
        sent = init;
        return Response.json({ success: true });
      },
    });
    await own.sessions.list("support");
    expect(sent).toMatchObject({ credentials: "same-origin", headers: { "x-bff": "1" } });
    await clientOf().sessions.list("support");
    expect(proxy.passed().at(-1)?.headers).not.toHaveProperty("x-bff");
  });

  it("an id can't lead to another path", async () => {
    const count = proxy.passed().length;
    for (const id of ["..", ".", "", "..."]) {
      expect(await failureOf(client.sessions.get("support", id))).toBeInstanceOf(TypeError);
    }
    expect(proxy.passed()).toHaveLength(count);
    expect(await failureOf(client.sessions.get("support", "../../healthz?"))).toMatchObject({ code: "not_found" });
    expect(proxy.passed().at(-1)?.path).toBe("/v1/apps/support/sessions/..%2F..%2Fhealthz%3F");
  });
});

describe("a failure is a Problem", () => {
  it("of the service: with everything that it says", async () => {
    const refused = await failureOf(client.sessions.list("support", { per_page: 1_000 }));
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toBeInstanceOf(Error);
    expect(refused).toMatchObject({
      name: "Problem",
      code: "invalid_query",
      status: 400,
      detail: expect.any(String),
      requestId: expect.any(String),
      retryAfterMs: undefined,
      errors: [{ parameter: "per_page" }],
      body: { success: false },
    });
  });

  it("of a proxy: whatever is no answer of the service", async () => {
    const answers: [status: number, type: string, body: string][] = [
      [502, "text/html", "<title>Bad gateway</title>"],
      [200, "text/html", "<title>Log in</title>"],
      [200, "application/json", "[1, 2"],
      [200, "application/json", "null"],
      [404, "application/json", '{"message":"no route"}'],
      [500, "application/json", '"nothing"'],
      [503, "text/plain", ""],
    ];
    for (const [status, type, body] of answers) {
      const server = createServer((_request, response) =>
        response.writeHead(status, { "content-type": type }).end(body),
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const failure = await failureOf(createClient({ baseUrl: `http://127.0.0.1:${port}` }).sessions.list("support"));
      expect(failure).toBeInstanceOf(Problem);
      expect(failure).toMatchObject({ code: "unexpected_answer", status, body: undefined, errors: [] });
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("of the network: nobody there, cut off, or silent for too long", async () => {
    const nobody = createClient({ baseUrl: "http://127.0.0.1:1" });
    expect(await failureOf(nobody.sessions.list("support"))).toMatchObject({ code: "network_failed", status: 0 });
    proxy.treat("down");
    expect(await failureOf(client.sessions.list("support"))).toMatchObject({ code: "network_failed", status: 0 });
    proxy.treat("pass");
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const waiting = createClient({ baseUrl: `http://127.0.0.1:${port}`, answerMsMax: 100 });
    expect(await failureOf(waiting.sessions.list("support"))).toMatchObject({ code: "network_failed", status: 0 });
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it("but not what the caller did: an abort rejects with its own reason", async () => {
    const reason = new Error("left the page");
    expect(await failureOf(client.sessions.list("support", {}, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const leaving = new AbortController();
    const listed = failureOf(client.sessions.list("support", { per_page: 77 }, { signal: leaving.signal }));
    leaving.abort(reason);
    expect(await listed).toBe(reason);
  });
});
