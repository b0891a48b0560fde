// `npm start` and `npm run dev`: the product on local workerd with KV and a Durable Object; `npm run start:node`: the product as
// a Node process over memory or Redis. Both in front of the simulator or of the real API. Nothing is kept on disk, and
// everything ends with this process.
//
// The simulator runs unless UPSTREAM_BASE_URL is set. Demo defaults go with the simulator alone: in front of the real API
// every required setting has to be given, so that nothing is ever made public by a default of ours.
import { watch } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Platform } from "../src/config/rules.ts";
import { parseConfig } from "../src/config/config.ts";
import { webhookPath } from "../src/http/webhook-route.ts";
import { SETTING_NAMES } from "../src/config/settings.ts";
import { webhookKeyPath } from "../simulator/routes.ts";
import { serveSimulator, type SimulatorServer } from "../simulator/server.ts";
import { createSimulator } from "../simulator/simulator.ts";
import { buildWorker, kvBuild, redisBuild, type WorkerBuild } from "./build-worker.ts";
import { type Demo, demoOrigins, openDemo } from "./demo.ts";
import { startLocalNode, type LocalNode } from "./local-node.ts";
import { startLocalWorker, type LocalWorker } from "./local-worker.ts";

const root = path.join(import.meta.dirname, "..");
const bundleDirectory = path.join(root, "dist", "local");
const host = "127.0.0.1";

/** The exit code of sysexits.h for a configuration that can't be used. */
const EXIT_MISCONFIGURED = 78;

const help = `Usage: npm start            the product, in front of the simulator; with CACHE_STORE=redis and REDIS_URL over Redis
       npm run dev          the same, reloaded whenever a source changes
       npm run start:node   the same as a Node process; with REDIS_URL over Redis
       npm run start:login  the same with AUTH_MODE=session, in front of an OpenID provider with two users

Environment
  PORT               where the product listens on ${host}; 8787 unless set, 0 takes any free port
  SIMULATOR_PORT     the same for the simulator; 8788
  UPSTREAM_BASE_URL  use this API instead of the simulator, for example https://api.cloudflare.com/client/v4;
                     then every required setting has to be given
  AUTH_MODE          public unless set; jwt, key and access print a ready credential with its curl,
                     session the users of a login
  and every other setting of docs/settings.md; what is not set has a demo value in front of the simulator.

Ctrl-C ends everything. Nothing is kept. Exit codes: 0 ended as asked, 1 could not start, ${EXIT_MISCONFIGURED} misconfigured.`;

/** `--login` stands for AUTH_MODE=session. */
const isLoginAsked = process.argv.includes("--login");

/** Something to say in one line, and the exit code that goes with it. */
class Refusal extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const environment = (name: string): string | undefined => {
  const value = name === "AUTH_MODE" && isLoginAsked ? "session" : process.env[name];
  return value === undefined || value.trim() === "" ? undefined : value;
};

function portFrom(name: string, standard: number): number {
  const text = environment(name)?.trim() ?? String(standard);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Refusal(`${name}: is not a port (an integer from 0 to 65535)`, EXIT_MISCONFIGURED);
}

/** A free port. Throws a refusal that names the variable to change when `port` is taken. */
function claimPort(name: string, port: number): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === "EADDRINUSE" ? "is taken by another process" : `can't be used (${error.code ?? "?"})`;
      reject(new Refusal(`port ${port} ${reason}; end that process or set ${name} to another port`));
    });
    probe.listen(port, host, () => {
      const address = probe.address();
      const claimed = typeof address === "object" && address !== null ? address.port : port;
      probe.close(() => resolve(claimed));
    });
  });
}

type Plan = {
  port: number;
  /** Absent: another API is the upstream. */
  simulatorPort: number | undefined;
  demo: Demo | undefined;
  settings: Record<string, string>;
};

async function plan(platform: Platform): Promise<Plan> {
  const usesSimulator = environment("UPSTREAM_BASE_URL") === undefined;
  const wanted = { port: portFrom("PORT", 8787), simulatorPort: portFrom("SIMULATOR_PORT", 8788) };
  if (usesSimulator && wanted.port === wanted.simulatorPort && wanted.port !== 0) {
    throw new Refusal(`PORT and SIMULATOR_PORT are both ${wanted.port}; set one of them to another port`);
  }
  const port = await claimPort("PORT", wanted.port);
  const demo = usesSimulator ? await openDemo(environment, `http://${host}:${port}`) : undefined;
  const settingsAt = (simulatorPort: number): Record<string, string> => {
    const defaults: Record<string, string> = demo
      ? {
          ALLOWED_ORIGINS: demoOrigins(port),
          ...demo.settings,
          UPSTREAM_BASE_URL: `http://${host}:${simulatorPort}/client/v4`,
          WEBHOOKS: "on",
          WEBHOOK_KEY_URL: `http://${host}:${simulatorPort}${webhookKeyPath}`,
        }
      : {};
    // One of several settings that exclude each other is chosen by setting it: the demo's own steps back.
    if (environment("POLICIES_FILE") !== undefined) delete defaults["POLICIES"];
    // One that is blank and has no default here stays blank: of some it is a mistake.
    const given = SETTING_NAMES.map(
      (name) => [name, environment(name) ?? defaults[name] ?? process.env[name]] as const,
    );
    return Object.fromEntries(given.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
  };
  const config = parseConfig(settingsAt(wanted.simulatorPort), platform);
  if (!config.ok) {
    await demo?.close();
    throw new Refusal(["misconfigured:", ...config.failure.problems].join("\n  "), EXIT_MISCONFIGURED);
  }
  const simulatorPort = usesSimulator ? await claimPort("SIMULATOR_PORT", wanted.simulatorPort) : undefined;
  return { port, simulatorPort, demo, settings: settingsAt(simulatorPort ?? wanted.simulatorPort) };
}

function announce(
  product: { origin: string },
  simulator: SimulatorServer | undefined,
  { settings, demo }: Pick<Plan, "settings" | "demo">,
): void {
  const alias = /^[^=,\s]+/.exec(settings["REALTIMEKIT_APPS"]?.trim() ?? "")?.[0] ?? "";
  const { header, note } = demo?.credential ?? {};
  const question = `curl -i '${product.origin}/v1/apps/${alias}/sessions?status=LIVE&per_page=5'`;
  const lines = [
    "",
    ...(settings["DASHBOARD"]?.trim().toLowerCase() === "off" ? [] : [`  dashboard  ${product.origin}/`]),
    `  API        ${product.origin}/v1/apps/${alias}/sessions`,
    `  live       ${product.origin}/v1/live/apps/${alias}/sessions   (the same as a stream of events)`,
    `  docs       ${product.origin}/docs`,
    simulator
      ? `  simulator  ${simulator.url}/__simulator/state   (the upstream: no account is asked)`
      : `  upstream   ${settings["UPSTREAM_BASE_URL"] ?? ""}   (no simulator)`,
    `  who reads  AUTH_MODE=${settings["AUTH_MODE"]?.trim() ?? ""}`,
    ...(demo?.lines ?? []).map((line) => `  ${line}`),
    "",
    ...(demo !== undefined && demo.lines.length > 0
      ? []
      : [`  ${question}${header === undefined ? "" : ` \\\n    -H '${header}'`}`, ""]),
    ...(simulator && settings["WEBHOOKS"] === "on"
      ? [
          "  A session that starts in the simulator is on every open stream within a second:",
          `  curl -X POST ${simulator.url}/__simulator/sessions -d '{"app": "${alias}"}'`,
          "",
        ]
      : []),
    ...(note === undefined ? [] : [`  ${note}`]),
    "  Ctrl-C ends everything.",
    "",
  ];
  console.log(lines.join("\n"));
}

/** Passes the product's log on, and says in words what keeps a page from reading: the first thing a frontend developer runs into. */
function writeLog(settings: Readonly<Record<string, string>>): (line: string) => void {
  return (line) => {
    console.log(line);
    const origin = /"type":"cors\.refused","origin":"([^"\\]+)"/.exec(line)?.[1];
    if (origin === undefined) return;
    const allowed = settings["ALLOWED_ORIGINS"] ?? "";
    console.log(
      `\n  A page of ${origin} asked, and its browser will not show it the answer. To allow it, start again with\n` +
        `  ALLOWED_ORIGINS='${[...(environment("ALLOWED_ORIGINS") === undefined ? [] : [allowed]), origin].join(", ")}'\n`,
    );
  };
}

/** Rebuilds and reloads after changes; one build at a time, and one more when something changed during it. */
function reloadOnChange(product: LocalWorker, build: WorkerBuild): void {
  let isBusy = false;
  let isAsked = false;
  let timer: NodeJS.Timeout | undefined;
  const reload = async () => {
    isAsked = true;
    if (isBusy) return;
    isBusy = true;
    while (isAsked) {
      isAsked = false;
      const startedAt = performance.now();
      try {
        await buildWorker(build);
        await product.reload();
        console.log(`reloaded in ${Math.round(performance.now() - startedAt)} ms`);
      } catch (error) {
        console.error(`not reloaded: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    isBusy = false;
  };
  for (const directory of ["src", "assets", "web", "client/src"]) {
    watch(path.join(root, directory), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => void reload(), 100);
    });
  }
  console.log("  Watching src, assets, web and client/src.\n");
}

const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Settles on Ctrl-C, SIGTERM, or when the parent (npm) is gone without having passed its signal on. */
function untilAskedToEnd(): { asked: Promise<void>; ownSignals(): void } {
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) ask();
  }, 500).unref();
  /** Miniflare listens too, and would leave at once with the signal's own exit code: call this again after its start. */
  const ownSignals = () => {
    for (const signal of endSignals) {
      process.removeAllListeners(signal);
      process.on(signal, ask);
    }
  };
  ownSignals();
  return { asked, ownSignals };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      watch: { type: "boolean", default: false },
      node: { type: "boolean", default: false },
      login: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const { asked, ownSignals } = untilAskedToEnd();
  const workerPlatform = environment("CACHE_STORE")?.trim() === "redis" ? "worker-redis" : "worker";
  const platform: Platform = values.node ? "node" : workerPlatform;
  const planned = await plan(platform);
  const { port, simulatorPort, settings } = planned;
  const write = writeLog(settings);
  let simulator: SimulatorServer | undefined;
  let product: LocalWorker | LocalNode | undefined;
  const run = async () => {
    if (simulatorPort !== undefined) {
      const token = settings["CLOUDFLARE_API_TOKEN"] ?? "";
      const accountId = (settings["CLOUDFLARE_ACCOUNT_ID"] ?? "").trim().toLowerCase();
      const webhooks = settings["WEBHOOKS"] === "on" ? [`http://${host}:${port}${webhookPath}`] : [];
      const world = createSimulator({ token, accountId, rowFields: "observed", webhooks });
      simulator = await serveSimulator(world, { port: simulatorPort, host });
    }
    if (values.node) {
      await import("./build-assets.ts");
      const local = await startLocalNode({ port, host, settings, write });
      product = local;
      announce(local, simulator, planned);
      const code = await Promise.race([asked, local.ended]);
      if (typeof code === "number") throw new Refusal(`the process ended by itself with exit code ${code}`);
      return;
    }
    const build = { ...(platform === "worker-redis" ? redisBuild : kvBuild), directory: bundleDirectory };
    await buildWorker(build);
    const local = await startLocalWorker({ build, port, host, settings, write });
    product = local;
    ownSignals();
    announce(local, simulator, planned);
    if (values.watch) reloadOnChange(local, build);
    await asked;
  };
  try {
    await Promise.race([run(), asked]);
  } finally {
    await Promise.allSettled([product?.stop(), simulator?.close(), planned.demo?.close()]);
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    if (error instanceof Refusal) console.error(error.message);
    else console.error(error instanceof Error ? error.message : String(error));
    process.exit(error instanceof Refusal ? error.exitCode : 1);
  },
);
