// A real haproxy in front of a product, with a witness between the two: what haproxy took for one request, and what the product
// took for one, can be held against each other.
//
// It refuses one path itself, as proxies do with what is not for everybody. Whoever gets an answer to that path out of the product has
// made the two read the same bytes in different ways. Two doors: as haproxy comes, and told to let malformed requests pass.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { haproxyBinary } from "./haproxy-binary.ts";

export type Haproxy = {
  /** Origins of the two doors. */
  strict: string;
  lax: string;
  /** Everything that passed between haproxy and the product, over all connections. */
  witnessed(): { asked: string; answered: string };
  /** How many requests haproxy has passed on, by its own log. */
  passedCount(): number;
  stop(): Promise<void>;
};

/** The path that never gets through. */
export const forbiddenPath = "/readyz";

const startMsMax = 5_000;

export async function startHaproxy(productUrl: string): Promise<Haproxy> {
  const { file, env } = await haproxyBinary();
  const witness = await startWitness(Number(new URL(productUrl).port));
  const [strictPort, laxPort] = [await freePort(), await freePort()];
  const folder = await mkdtemp(path.join(os.tmpdir(), "haproxy-test-"));
  const configuration = path.join(folder, "haproxy.cfg");
  await writeFile(configuration, configurationOf({ strictPort, laxPort, productPort: witness.port }));

  const child = spawn(file, ["-db", "-f", configuration], { env, stdio: ["ignore", "pipe", "pipe"] });
  const killWithParent = () => child.kill("SIGKILL");
  process.once("exit", killWithParent);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    process.removeListener("exit", killWithParent);
    await witness.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilListening([strictPort, laxPort], () => child.exitCode);
  } catch {
    await stop();
    throw new Error(`haproxy does not listen:\n${lines.join("\n")}`);
  }
  return {
    strict: `http://127.0.0.1:${strictPort}`,
    lax: `http://127.0.0.1:${laxPort}`,
    witnessed: witness.seen,
    passedCount: () => lines.filter((line) => line.startsWith("passed-to product ")).length,
    stop,
  };
}

type Ports = { strictPort: number; laxPort: number; productPort: number };

const configurationOf = ({ strictPort, laxPort, productPort }: Ports) => `
global
  log stdout format raw local0
defaults
  mode http
  log global
  log-format "passed-to %s %ST %ts"
  timeout connect 2s
  timeout client 3s
  timeout server 5s
  timeout http-request 2s
  option http-keep-alive
frontend strict
  bind 127.0.0.1:${strictPort}
  http-request deny if { path ${forbiddenPath} }
  default_backend products
frontend lax
  bind 127.0.0.1:${laxPort}
  option accept-invalid-http-request
  http-request deny if { path ${forbiddenPath} }
  default_backend products
backend products
  http-reuse always
  server product 127.0.0.1:${productPort}
`;

/** Passes every byte on to `port`, and keeps a copy. */
async function startWitness(port: number) {
  let [asked, answered] = ["", ""];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.on("data", (bytes) => (asked += bytes.toString("latin1")));
    far.on("data", (bytes) => (answered += bytes.toString("latin1")));
    near.pipe(far).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  return {
    port: await listen(server),
    seen: () => ({ asked, answered }),
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return asAddressInfo(server.address()).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(ports: readonly number[], exitCode: () => number | null): Promise<void> {
  const giveUpAt = Date.now() + startMsMax;
  for (const port of ports) {
    while (!(await isListening(port))) {
      if (exitCode() !== null || Date.now() > giveUpAt) throw new Error("it does not listen");
      await sleep(25);
    }
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return isOpen;
}

/** Holds for a server that listens on a port. */
const asAddressInfo = (address: ReturnType<Server["address"]>) => address as AddressInfo;
