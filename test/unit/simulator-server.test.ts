// The simulator on a real socket: what can only be seen there. Real time passes here, milliseconds of it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { joined } from "../../simulator/delivery.ts";
import { serveSimulator, type SimulatorServer } from "../../simulator/server.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";

const simulator = createSimulator();
const authorization = `Bearer ${SIMULATOR_TOKEN}`;
const path = `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${simulator.apps[0]?.id ?? ""}/sessions`;
let server: SimulatorServer;

beforeAll(async () => {
  server = await serveSimulator(simulator, { port: 0 });
});
beforeEach(() => simulator.reset());
afterAll(() => server.close());

const get = (query = "", init: RequestInit = {}) =>
  fetch(`${server.url}${path}${query}`, { headers: { authorization }, redirect: "manual", ...init });

/** The answer's bytes as they crossed the wire. */
function rawGet(target: string): Promise<{ status: number; headers: Record<string, unknown>; body: Uint8Array }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port: server.port, path: target, headers: { authorization } });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const pieces: Uint8Array[] = [];
      incoming.on("data", (piece: Uint8Array) => pieces.push(piece));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: joined(pieces) }),
      );
    });
    outgoing.end();
  });
}

describe("the server", () => {
  test("answers the same bytes as the simulator without a socket", async () => {
    const query = "?status=ENDED&per_page=50&end_time=2026-01-01T00:00:00Z";
    const direct = await simulator.fetch(
      new Request(`http://simulator${path}${query}`, { headers: { authorization } }),
    );
    expect(await (await get(query)).text()).toBe(await direct.text());
    expect((await fetch(`${server.url}${path}`)).status).toBe(401);
  });

  test("takes the control API over the wire, and counts raw addresses as they were sent", async () => {
    await rawGet(`${path}/../sessions?a=%2e`);
    const state = await (await fetch(`${server.url}/__simulator/state`)).text();
    expect(state).toContain(`${path}/../sessions?a=%2e`);
    const put = await fetch(`${server.url}/__simulator/faults`, {
      method: "PUT",
      body: '[{"kind":"reset","times":1}]',
    });
    expect(await put.json()).toEqual([{ kind: "reset", times: 1 }]);
    await expect(get()).rejects.toThrow("fetch failed");
    expect((await get()).status).toBe(200);
  });

  test("drops the connection for a reset, before any byte", async () => {
    simulator.setFaults([{ kind: "reset" }]);
    const error = await rawGet(path).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: "ECONNRESET" });
  });

  test("cuts a body that it has announced in full", async () => {
    simulator.setFaults([{ kind: "cut-body", afterBytes: 40 }]);
    const response = await get();
    expect(response.status).toBe(200);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(1000);
    await expect(response.text()).rejects.toThrow("terminated");
  });

  test("hangs before the headers or after them until the client leaves, and notices that it left", async () => {
    for (const before of ["headers", "body"] as const) {
      simulator.setFaults([{ kind: "hang", before }]);
      const reading = get("", { signal: AbortSignal.timeout(60) }).then((response) => response.text());
      await expect(reading).rejects.toThrow(/timeout/);
      await expect.poll(() => simulator.state().calls.inFlight).toBe(0);
    }
  });

  test("sends a slow body in pieces", async () => {
    simulator.setFaults([{ kind: "slow-body", bytes: 200, intervalMs: 2 }]);
    const response = await get("?per_page=2");
    expect(response.headers.get("content-length")).not.toBeNull();
    expect(await response.json()).toMatchObject({ success: true });
  });

  test("sends a bomb that is small on the wire, and encodings that are real", async () => {
    simulator.setFaults([
      { kind: "gzip-bomb", match: "bomb" },
      { kind: "encoding", match: "twice" },
    ]);
    const bomb = await rawGet(`${path}?bomb`);
    expect(bomb.headers["content-encoding"]).toBe("gzip");
    expect(bomb.body.length).toBeLessThan(200_000);
    expect(gunzipSync(bomb.body).length).toBeGreaterThan(50_000_000);
    const twice = await rawGet(`${path}?twice`);
    expect(twice.headers["content-encoding"]).toBe("gzip, gzip");
    expect(new TextDecoder().decode(gunzipSync(gunzipSync(twice.body)))).toContain('"success":true');
  });

  test("streams 60 MB without holding them, and stops when the client leaves", async () => {
    simulator.setFaults([{ kind: "huge-body" }]);
    const abort = new AbortController();
    const response = await get("", { signal: abort.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    abort.abort();
    await expect.poll(() => simulator.state().calls.inFlight).toBe(0);
  });

  test("survives requests that are no paths, odd methods and broken HTTP", async () => {
    for (const line of [
      "GET http://evil.example/ HTTP/1.1",
      "GET //evil.example/x HTTP/1.1",
      "TRACE / HTTP/1.1",
      "nonsense",
    ]) {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(server.port, "127.0.0.1", () =>
          socket.write(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`),
        );
        let text = "";
        socket.on("data", (piece) => (text += piece.toString()));
        socket.on("close", () => resolve(text));
        socket.on("error", () => resolve(text));
      });
      expect(answer, line).toMatch(/^HTTP\/1\.1 4\d\d/);
    }
    expect((await get()).status).toBe(200);
  });

  test("frees its port on close, and says when a port is taken", async () => {
    await expect(serveSimulator(simulator, { port: server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    const other = await serveSimulator(simulator, { port: 0 });
    await other.close();
    const again = await serveSimulator(simulator, { port: other.port });
    await again.close();
  });
});

describe("webhooks on a socket", () => {
  const heard: { event: string; headers: unknown }[] = [];
  const product = createServer((incoming, outgoing) => {
    let text = "";
    incoming.on("data", (piece: Uint8Array) => (text += piece.toString()));
    incoming.on("end", () => {
      heard.push({ event: JSON.parse(text).event, headers: incoming.headers });
      outgoing.writeHead(204).end();
    });
  });
  let hook: string;
  beforeAll(async () => {
    product.listen(0, "127.0.0.1");
    await once(product, "listening");
    const address = product.address();
    hook = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/hook`;
  });
  beforeEach(() => void (heard.length = 0));
  afterAll(() => {
    product.closeAllConnections();
    product.close();
  });
  const events = () => heard.map(({ event }) => event);

  test("are registered, verified and told over the wire: what is steered, and what happens by itself", async () => {
    const body = JSON.stringify({ name: "ours", url: hook, events: ["meeting.started", "meeting.ended"] });
    const base = `${server.url}${path.replace("/sessions", "/webhooks")}`;
    expect((await fetch(base, { method: "POST", headers: { authorization }, body })).status).toBe(201);
    expect(await (await fetch(server.webhookKeyUrl)).json()).toHaveProperty("data.publicKey");
    const control = (name: string, method: string, sent: unknown) =>
      fetch(`${server.url}/__simulator/${name}`, { method, body: JSON.stringify(sent) });
    const { session_id: session } = await (
      await control("sessions", "POST", { app: simulator.apps[0]?.alias })
    ).json<{ session_id: string }>();
    await expect.poll(events).toEqual(["meeting.started"]);
    expect(heard[0]?.headers).toMatchObject({ "content-type": "application/json", "rtk-uuid": expect.any(String) });
    await control("sessions", "DELETE", { session });
    await expect.poll(events).toEqual(["meeting.started", "meeting.ended"]);
    await control("clock", "POST", { advanceMs: 6 * 3_600_000 });
    await expect.poll(() => events().length).toBeGreaterThan(6);
    await expect.poll(() => simulator.deliveries().every(({ outcome }) => outcome === "accepted")).toBe(true);
  });

  test("are sent to the addresses that the command is given, which prints where the key is", async () => {
    const script = new URL("../../simulator/server.ts", import.meta.url).pathname;
    const command = spawn(process.execPath, [script, "--port", "0", "--webhook", hook]);
    try {
      const lines: string[] = [];
      for await (const line of createInterface(command.stdout)) if (lines.push(line) === 4) break;
      expect(lines[3]).toBe(`  webhook ${hook}`);
      const key = /^ {2}webhook key (.*\/\.well-known\/webhooks\.json)$/.exec(lines[2] ?? "")?.[1] ?? "";
      expect(await (await fetch(key)).text()).toContain("BEGIN PUBLIC KEY");
      const start = { method: "POST", body: '{"app":"events","participants":2}' };
      await fetch(new URL("/__simulator/sessions", key), start);
      const joins = ["meeting.participantJoined", "meeting.participantJoined"];
      await expect.poll(events).toEqual(["meeting.started", ...joins]);
    } finally {
      command.kill();
      await once(command, "exit");
    }
  });
});
