// A redis-server and its client, or those of valkey: see `debian-binary.ts` for where they come from.
import { findPrograms } from "./debian-binary.ts";

export type RedisBinary = { server: string; cli: string; env: NodeJS.ProcessEnv };

let found: Promise<RedisBinary> | undefined;

export function redisBinary(): Promise<RedisBinary> {
  return (found ??= find());
}

async function find(): Promise<RedisBinary> {
  const { files, env } = await findPrograms({
    alternatives: [
      ["redis-server", "redis-cli"],
      ["valkey-server", "valkey-cli"],
    ],
    packages: ["redis-server", "redis-tools"],
    versionFlag: "--version",
  });
  const [server = "", cli = ""] = files;
  return { server, cli, env };
}
