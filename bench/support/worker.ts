// The product as a deploy would upload it, on local workerd, in front of the simulator; and beside it, in the same workerd, a
// bare Worker that returns whatever bytes it was given.
//
// Both have a socket of their own, so that nothing of the local tooling stands between a client and the Worker. The simulator
// runs in this process and counts every call.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { dryRun } from "../../scripts/build-worker.ts";
import { openPolicies } from "../../scripts/open-policies.ts";
import { webhookKeyPath } from "../../simulator/routes.ts";
import { serveSimulator } from "../../simulator/server.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import type { SendWebhook } from "../../simulator/webhook-delivery.ts";
import { descendantsNamed } from "./process.ts";
import { testEpoch } from "../../test/support/epoch.ts";

const root = path.join(import.meta.dirname, "../..");

/** Unlimited unless a figure is about the limit. */
const amplyBudgeted = { requests: 1_000_000, windowSeconds: 300 };

export const pagePath = "/v1/apps/support/sessions";

/** A page of its own for each number, at any time: an earliest start that no other has, and the same few rows. */
export const questionPath = (number: number) =>
  `${pagePath}?start_time=${new Date(Date.UTC(2020, 0, 1) + number * 1_000).toISOString()}`;

export type WorkerBench = {
  /** Origin of the product, without a slash at the end. */
  url: string;
  /** Address of the bare Worker. */
  bareUrl: string;
  /** Gives the bare Worker its bytes. */
  teachBare(body: Uint8Array): Promise<void>;
  simulator: Simulator;
  simulatorUrl: string;
  /** The processes that run the Workers; empty where they can't be told. */
  pids: readonly number[];
  stop(): Promise<void>;
};

export type WorkerBenchOptions = {
  settings?: Readonly<Record<string, string>>;
  budget?: { requests: number; windowSeconds: number };
  /** How the simulator's webhooks leave. */
  sendWebhook?: SendWebhook;
};

const bareWorker = `
let body = new Uint8Array();
export default {
  async fetch(request) {
    if (request.method === "PUT") {
      body = new Uint8Array(await request.arrayBuffer());
      return new Response("taken");
    }
    return new Response(body, { headers: { "content-type": "application/json" } });
  },
};`;

/** Settings in front of a simulator; no client of a bench is ever too many. Public unless a mode is given. */
export function benchSettings(
  simulator: Simulator,
  simulatorUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const open = { AUTH_MODE: "public", POLICIES: openPolicies(simulator.apps.map(({ alias }) => alias)) };
  return {
    ...(settings["AUTH_MODE"] === undefined && open),
    CLOUDFLARE_API_TOKEN: SIMULATOR_TOKEN,
    CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
    REALTIMEKIT_APPS: simulator.apps.map(({ alias, id }) => `${alias}=${id}`).join(","),
    ALLOWED_ORIGINS: "https://dashboard.example",
    UPSTREAM_BASE_URL: `${simulatorUrl}/client/v4`,
    CLIENT_REQUESTS_PER_MINUTE: "1000000",
    CLIENT_BUDGET_PERCENT: "100",
    CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: "1000000",
    ...(settings["WEBHOOKS"] === "on" && { WEBHOOK_KEY_URL: simulatorUrl + webhookKeyPath }),
    ...settings,
  };
}

/** Pages that stay fresh for as long as a bench may take. */
export const longFresh = { FRESH_LIVE_SECONDS: "3600", FRESH_RECENT_SECONDS: "3600" };

export async function startWorkerBench(options: WorkerBenchOptions = {}): Promise<WorkerBench> {
  const bundle = await readFile(path.join(await builtBundle(), "worker.js"), "utf8");
  const simulator = createSimulator({
    epochMs: testEpoch,
    budget: options.budget ?? amplyBudgeted,
    ...(options.sendWebhook && { sendWebhook: options.sendWebhook }),
  });
  const upstream = await serveSimulator(simulator, { port: 0 });
  const settings = benchSettings(simulator, upstream.url, options.settings);
  const compatibilityDate = await compatibilityDateOfDeploy();
  const own = { compatibilityDate, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      // The product's log lines go nowhere.
      handleStructuredLogs: () => {},
      workers: [
        {
          ...own,
          name: "product",
          modules: [{ type: "ESModule", path: "worker.js", contents: bundle }],
          bindings: settings,
          kvNamespaces: ["PAGES"],
          durableObjects: { SHIELD: { className: "Shield", useSQLite: true } },
        },
        { ...own, name: "bare", modules: [{ type: "ESModule", path: "bare.js", contents: bareWorker }] },
      ],
    }),
  );
  const stop = async () => {
    await miniflare.dispose();
    await upstream.close();
  };
  try {
    await miniflare.ready;
    const { origin: url } = await miniflare.unsafeGetDirectURL("product");
    const { href: bareUrl } = await miniflare.unsafeGetDirectURL("bare");
    return {
      url,
      bareUrl,
      teachBare: async (body) => void (await fetch(bareUrl, { method: "PUT", body: Uint8Array.from(body) })),
      simulator,
      simulatorUrl: upstream.url,
      pids: await descendantsNamed(process.pid, "workerd"),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function compatibilityDateOfDeploy(): Promise<string> {
  const text = await readFile(path.join(root, "wrangler.toml"), "utf8");
  const date = /^compatibility_date = "([\d-]+)"$/m.exec(text)?.[1];
  if (date === undefined) throw new Error("wrangler.toml has no compatibility_date");
  return date;
}

let building: Promise<string> | undefined;

/** The directory of the bundle, built once a run. */
export function builtBundle(): Promise<string> {
  building ??= build();
  return building;
}

async function build(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "bff-bench-bundle-"));
  const { exitCode, printed } = await dryRun(directory);
  if (exitCode !== 0) throw new Error(`the Worker does not build:\n${printed}`);
  return directory;
}

/** Removes the bundle, where one was built. */
export async function removeBundle(): Promise<void> {
  const directory = await building?.catch(() => undefined);
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
}
