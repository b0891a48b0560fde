// An haproxy: see `debian-binary.ts` for where it comes from.
import { findPrograms } from "./debian-binary.ts";

export type HaproxyBinary = { file: string; env: NodeJS.ProcessEnv };

let found: Promise<HaproxyBinary> | undefined;

export function haproxyBinary(): Promise<HaproxyBinary> {
  return (found ??= find());
}

async function find(): Promise<HaproxyBinary> {
  const { files, env } = await findPrograms({ alternatives: [["haproxy"]], packages: ["haproxy"], versionFlag: "-v" });
  return { file: files[0] ?? "", env };
}
