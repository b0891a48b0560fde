// nginx and Varnish as caches in front of an origin, each with a configuration of its own in a temporary directory, one worker,
// and requests for one missing page held back behind the first.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findProgram, freePort, startServer } from "./process.ts";

export type Peer = { url: string; pid: number; stop(): Promise<void> };

export type PeerKind = {
  name: string;
  /** Path of the program, where it is installed. */
  program(): Promise<string | undefined>;
  start(program: string, originPort: number): Promise<Peer>;
};

const nginxConfiguration = (directory: string, port: number, originPort: number) => `
${process.getuid?.() === 0 ? "user root;" : ""}
daemon off;
master_process off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  proxy_cache_path ${directory}/cache keys_zone=pages:10m max_size=100m inactive=1h;
  server {
    listen 127.0.0.1:${port} backlog=2048;
    location / {
      proxy_pass http://127.0.0.1:${originPort};
      proxy_cache pages;
      proxy_cache_lock on;
      proxy_cache_use_stale updating;
    }
  }
}
`;

const nginx: PeerKind = {
  name: "nginx proxy_cache",
  program: () => findProgram("nginx"),
  start: (program, originPort) =>
    startIn("nginx", async (directory, port) => {
      const file = path.join(directory, "nginx.conf");
      await writeFile(file, nginxConfiguration(directory, port, originPort));
      return { program, args: ["-p", directory, "-c", file, "-e", path.join(directory, "error.log")] };
    }),
};

const varnish: PeerKind = {
  name: "Varnish",
  program: () => findProgram("varnishd"),
  start: (program, originPort) =>
    startIn("varnish", async (directory, port) => {
      const jail = process.getuid?.() === 0 ? ["-j", "none"] : [];
      const addresses = ["-a", `127.0.0.1:${port}`, "-b", `127.0.0.1:${originPort}`];
      const pool = ["-p", "thread_pools=1", "-p", "listen_depth=2048"];
      return { program, args: [...jail, "-F", "-n", directory, ...addresses, "-s", "malloc,64m", ...pool] };
    }),
};

export const peerKinds: readonly PeerKind[] = [nginx, varnish];

async function startIn(
  name: string,
  prepare: (directory: string, port: number) => Promise<{ program: string; args: readonly string[] }>,
): Promise<Peer> {
  const directory = await mkdtemp(path.join(tmpdir(), `bff-bench-${name}-`));
  const remove = () => rm(directory, { recursive: true, force: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  try {
    const { program, args } = await prepare(directory, port);
    const server = await startServer(program, args, () => answers(`${url}/up`));
    return {
      url,
      pid: server.pid,
      async stop() {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const answers = (url: string) =>
  fetch(url).then(
    async (response) => (await response.arrayBuffer(), response.ok),
    () => false,
  );
