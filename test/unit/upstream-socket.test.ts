// The client over real sockets, for what only a socket can do: redirects, compression, broken connections.
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/ground/runtime.ts";
import type { SessionQuery } from "../support/session-list.ts";
import { sessionListCall } from "../support/session-list.ts";
import { createUpstreamClient } from "../../src/upstream/client.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const appId = "14a396e7-ca44-4937-bf1f-050a69118543";
const token = "canary-token-of-forty-characters-0123456";
const query: SessionQuery = { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 25 };
const path = `/accounts/${accountId}/realtime/kit/${appId}/sessions?per_page=25&sort_by=createdAt&sort_order=DESC`;
const json = { "content-type": "application/json" };
const page = '{"success":true,"data":{"sessions":[]}}';
const failure = (fault: object) => ({ ok: false, failure: fault });

/** A promise that somebody else settles. */
function latch() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe("the client over a real socket", () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const listen = async (listener: RequestListener) => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}`;
  };
  const list = (baseUrl: string) =>
    createUpstreamClient({
      fetch: globalThis.fetch,
      clock: systemClock,
      token,
      baseUrl,
      accountId,
    }).get({
      ...sessionListCall({ appId, query }, 1),
      deadlineAt: systemClock.now() + 8_000,
      report: () => {},
      read: (body) => body,
    });

  it.each([301, 302, 303, 307, 308])("follows no %i, and the token goes nowhere else", async (status) => {
    const elsewhere: string[] = [];
    const other = await listen((request, response) => {
      elsewhere.push(request.url ?? "");
      response.end();
    });
    for (const target of [`${other}/steal`, "/same-origin", "//127.0.0.1:1/x", "data:application/json,{}"]) {
      const asked: string[] = [];
      const base = await listen((request, response) => {
        asked.push(request.url ?? "");
        response.writeHead(status, { location: target, ...json }).end(page);
      });
      expect(await list(base)).toMatchObject(failure({ failure: { code: "upstream_failed", reason: "redirected" } }));
      expect(asked).toEqual([path]);
    }
    expect(elsewhere).toEqual([]);
  });

  it("reads a gzipped page", async () => {
    const base = await listen((_, response) => {
      response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(gzipSync(page));
    });
    expect(await list(base)).toMatchObject({ ok: true, value: { page: { success: true } } });
  });

  it("cuts a gzip bomb by its decoded size and drops the connection", async () => {
    const bomb = gzipSync(new Uint8Array(60 * 1024 * 1024).fill(0x20));
    expect(bomb.byteLength).toBeLessThan(100_000);
    const base = await listen((_, response) => {
      response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb);
    });
    expect(await list(base)).toMatchObject(failure({ failure: { code: "upstream_malformed", reason: "too_large" } }));
  });

  it("refuses a bomb within a bomb by its headers", async () => {
    const bomb = gzipSync(gzipSync(new Uint8Array(60 * 1024 * 1024).fill(0x20)));
    const base = await listen((_, response) => {
      response.writeHead(200, { ...json, "content-encoding": "gzip, gzip" }).end(bomb);
    });
    expect(await list(base)).toMatchObject(failure({ failure: { reason: "content_encoding" } }));
  });

  it("stops a body of 60 MB soon after the cap", async () => {
    let writtenBytes = 0;
    const connection = latch();
    const chunk = new Uint8Array(65_536).fill(0x20);
    const base = await listen((_, response) => {
      response.writeHead(200, json);
      response.on("close", connection.open);
      const write = () => {
        while (writtenBytes < 60 * 1024 * 1024 && !response.destroyed) {
          writtenBytes += chunk.byteLength;
          if (!response.write(chunk)) return void response.once("drain", write);
        }
        response.end();
      };
      write();
    });
    expect(await list(base)).toMatchObject(failure({ failure: { reason: "too_large" } }));
    await connection.opened;
    expect(writtenBytes).toBeLessThan(40 * 1024 * 1024);
  });

  it("takes a reset, before and within the answer, as a broken connection", async () => {
    const before = await listen((request) => request.socket.resetAndDestroy());
    expect(await list(before)).toMatchObject(failure({ failure: { reason: "network" }, retriable: true }));
    const within = await listen((request, response) => {
      response.writeHead(200, { ...json, "content-length": "1000" });
      response.write(page, () => setImmediate(() => request.socket.resetAndDestroy()));
    });
    expect(await list(within)).toMatchObject(
      failure({ failure: { code: "upstream_failed", reason: "cut" }, retriable: true }),
    );
  });

  it("takes a closed port as a broken connection", async () => {
    expect(await list("http://127.0.0.1:1")).toMatchObject(
      failure({ failure: { reason: "network" }, retriable: true }),
    );
  });

  it("releases the connection of an error whose body never ends", async () => {
    const connection = latch();
    const base = await listen((_, response) => {
      response.on("close", connection.open);
      response.writeHead(500, json).write("{");
    });
    expect(await list(base)).toMatchObject(failure({ failure: { reason: "status_500" } }));
    await connection.opened;
  });
});
