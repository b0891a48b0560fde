// `npm start` and its like as a process of its own, with nothing of this environment but what it is given: what it prints, and its end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { bareEnvironment } from "./bare-environment.ts";

const root = path.join(import.meta.dirname, "../..");

/** `until` rejects where the process ends before. */
export type Started = {
  printed: () => string;
  until(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
};
const running: Started[] = [];

/** `args`: after the script's name. */
export function start(args: readonly string[], settings: Readonly<Record<string, string>>): Started {
  const child = spawn(process.execPath, ["scripts/start.ts", ...args], {
    cwd: root,
    env: { ...bareEnvironment, PORT: "0", SIMULATOR_PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let printed = "";
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      for (const hear of heard) hear();
    });
  }
  const started: Started = {
    printed: () => printed,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(printed);
          if (!found) return;
          heard.delete(look);
          resolve(found);
        };
        heard.add(look);
        void ended.then(([code]) => reject(new Error(`ended with ${code}, without ${String(pattern)}:\n${printed}`)));
        look();
      }),
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
  };
  running.push(started);
  return started;
}

/** Ends all that were started, and waits. */
export async function stopStarted(): Promise<void> {
  await Promise.all(running.splice(0).map((started) => started.stop()));
}
