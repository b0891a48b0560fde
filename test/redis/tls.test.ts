// What is said to a server behind TLS before any certificate: the name it is called by, which an address is not.
import { once } from "node:events";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { connectRedis } from "../../src/redis/client.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { parseRedisUrl } from "../../src/redis/url.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** The first message of a client, in which names are legible, and what Node warned of meanwhile. */
async function greetingTo(host: string, bindTo: string): Promise<{ hello: string; warnings: string[] }> {
  const warnings: string[] = [];
  const warn = (warning: Error) => void warnings.push(warning.message);
  const server = createServer((socket) => socket.on("error", () => socket.destroy()));
  servers.push(server);
  server.listen(0, bindTo);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const target = parseRedisUrl(`rediss://${host}:${port}`);
  if (!target.ok) throw new Error(target.failure);
  process.on("warning", warn);
  const hello = new Promise<string>((resolve) => {
    server.once("connection", (socket) => {
      socket.once("data", (data) => {
        resolve(data.toString("latin1"));
        socket.destroy();
      });
    });
  });
  const client = connectRedis(target.value, { clock: systemClock, random: () => 0.5 });
  client.onFault(() => undefined);
  try {
    return { hello: await hello, warnings };
  } finally {
    client.disconnect();
    process.off("warning", warn);
  }
}

it("names the host that a certificate must be for", async () => {
  const { hello, warnings } = await greetingTo("localhost", "localhost");
  expect(hello).toContain("localhost");
  expect(warnings).toEqual([]);
});

it("names nothing where the host is an address, and so warns of nothing", async () => {
  const { hello, warnings } = await greetingTo("127.0.0.1", "127.0.0.1");
  expect(hello).not.toContain("127.0.0.1");
  expect(warnings).toEqual([]);
});
