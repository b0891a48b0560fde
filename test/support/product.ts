// A whole product under test: the simulator on a socket, something of ours in front of it, and a guard over every answer.
//
// The scenarios know only this; what runs behind `url` (a Worker's bundle, later a Node process) is the starter's business. The
// guard looks at every answer, also of requests made by somebody else's client: headers by the list, no part of the token, and all
// of it as the published document says.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { openPolicies } from "../../scripts/open-policies.ts";
import { webhookKeyPath } from "../../simulator/routes.ts";
import { serveSimulator } from "../../simulator/server.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import type { Simulator, SimulatorOptions } from "../../simulator/simulator.ts";
import { parseConfig } from "../../src/config/config.ts";
import { deploymentOf } from "../../src/http/deployment-document.ts";
import { answerHeaderNames } from "../../src/http/headers.ts";
import { canaryToken, hasCanary, hasCanaryBytes } from "./canary.ts";
import { readDocument } from "./document.ts";
import type { Answer } from "./document.ts";
import { testEpoch } from "./epoch.ts";
import { followStream } from "./stream.ts";
import type { OpenStream } from "./stream.ts";

/** Setting name to value; `undefined` takes a default of the product under test away. */
export type Settings = Readonly<Record<string, string | undefined>>;

export type ProductOptions = {
  /** Over the simulator's defaults; its token is the canary unless told otherwise. */
  simulator?: SimulatorOptions;
};

export type Product = {
  /** Origin, without a slash at the end. */
  readonly url: string;
  /** Takes a path of the product or a whole address; every answer passes the guard. Redirects are not followed. */
  readonly fetch: (address: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Opens a stream at a path of the product. All of it is looked at by the guard, at the end. */
  readonly follow: (path: string, init?: RequestInit) => Promise<OpenStream>;
  readonly simulator: Simulator;
  /** Origin, without a slash at the end. */
  readonly simulatorUrl: string;
  /** Every line written so far, whether to standard output or to standard error. */
  readonly logs: () => readonly string[];
  /** Ends everything that was started. Throws where the guard or the search for the token found something. */
  readonly stop: () => Promise<void>;
};

export type StartProduct = (settings?: Settings, options?: ProductOptions) => Promise<Product>;

/** An origin that may read. Nothing listens there. */
export const allowedOrigin = "https://allowed.example";

export type Upstream = { simulator: Simulator; simulatorUrl: string; close: () => Promise<void> };

/** The simulator on a free port of loopback. It takes the canary as its token. */
export async function startUpstream(options: SimulatorOptions = {}): Promise<Upstream> {
  const simulator = createSimulator({ token: canaryToken, epochMs: testEpoch, ...options });
  const server = await serveSimulator(simulator, { port: 0 });
  return { simulator, simulatorUrl: server.url, close: () => server.close() };
}

/** What a product needs to run in front of an upstream: public, no limit per client, every app by its suggested alias. */
export function settingsFor({ simulator, simulatorUrl }: Upstream, settings: Settings = {}): Record<string, string> {
  const all: Settings = {
    CLOUDFLARE_API_TOKEN: canaryToken,
    CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
    REALTIMEKIT_APPS: simulator.apps.map(({ alias, id }) => `${alias}=${id}`).join(","),
    ALLOWED_ORIGINS: allowedOrigin,
    // A busy machine is no slow upstream: where a deadline is what a test is about, it sets its own.
    UPSTREAM_DEADLINE_MS: "60000",
    UPSTREAM_BASE_URL: `${simulatorUrl}/client/v4`,
    ARTEFACT_HOSTS: new URL(simulator.filesBaseUrl()).hostname,
    ...(settings["WEBHOOKS"] === "on" &&
      settings["WEBHOOK_PUBLIC_KEY"] === undefined && { WEBHOOK_KEY_URL: simulatorUrl + webhookKeyPath }),
    CLIENT_REQUESTS_PER_MINUTE: "1000000",
    CLIENT_BUDGET_PERCENT: "100",
    CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: "1000000",
    ...(settings["AUTH_MODE"] === undefined && openTo(simulator, settings)),
    ...(settings["WEBHOOK_PUBLIC_KEY"] === undefined && {
      WEBHOOK_KEY_URL: `${simulatorUrl}/.well-known/webhooks.json`,
    }),
    ...settings,
  };
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined) given[name] = value;
  return given;
}

/** Public, with everything shown that is there to be shown. */
function openTo(simulator: Simulator, settings: Settings): Settings {
  const aliases = simulator.apps.map(({ alias }) => alias);
  return { AUTH_MODE: "public", POLICIES: openPolicies(aliases, { exposeMeta: settings["EXPOSE_META"] === "true" }) };
}

/** What the platform may add to our own headers: framing, and nothing that says anything about us. */
const platformHeaders = ["connection", "content-encoding", "content-length", "date", "keep-alive", "transfer-encoding"];
const knownHeaders: ReadonlySet<string> = new Set([...answerHeaderNames, ...platformHeaders]);

export type Guard = {
  fetch: Product["fetch"];
  follow: Product["follow"];
  /** Notes what some text of the product holds, to be thrown by `settle`. */
  search(place: string, text: string): void;
  /** The same for a file; one that does not exist holds nothing. */
  searchFile(file: string): Promise<void>;
  /** And for every file below a directory. */
  searchFiles(directory: string): Promise<void>;
  /** Throws with everything found so far. */
  settle(): void;
};

const decoder = new TextDecoder();

function withoutPlatformHeaders(headers: Headers): Headers {
  const own = new Headers(headers);
  for (const name of platformHeaders) own.delete(name);
  return own;
}

const bodiless = new Set([101, 204, 205, 304]);

/** Watches over one product. `url` is its origin; the settings tell which document is true of it. */
export function createGuard(url: string, settings: Settings = {}): Guard {
  const findings: string[] = [];
  const followed: { place: string; pathname: string; stream: OpenStream }[] = [];
  const config = parseConfig(settings, "node");
  const deployed = config.ok ? config.value : undefined;
  const document = readDocument(deployed && deploymentOf(deployed));

  async function searchFile(file: string): Promise<void> {
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes && hasCanaryBytes(bytes)) findings.push(`the file ${path.basename(file)} has the token`);
  }

  function lookAtHeaders(place: string, headers: Headers): void {
    for (const [name, value] of headers) {
      if (!knownHeaders.has(name)) findings.push(`${place} has the header ${name}`);
      if (hasCanary(value)) findings.push(`${place} has the token in ${name}`);
    }
    // Nothing in front of the product may hold an answer (row 60 of the threats).
    const isKeptByNobodyElse = /\b(?:no-store|private)\b/.test(headers.get("cache-control") ?? "");
    if (!isKeptByNobodyElse || headers.get("cdn-cache-control") !== "no-store") {
      findings.push(`${place} may be kept by a shared cache`);
    }
  }

  function compare(place: string, pathname: string, answer: Answer): void {
    if (!document.operationAt(pathname, answer.method)) return;
    const parts = { ...answer, headers: withoutPlatformHeaders(answer.headers) };
    for (const violation of document.violations(pathname, parts)) findings.push(`${place}: ${violation}`);
  }

  return {
    async fetch(address, init) {
      const target = typeof address === "string" ? new URL(address, url) : address;
      const answer = await fetch(target, { redirect: "manual", ...init });
      const body = await answer.arrayBuffer();
      const asked = target instanceof Request ? target.url : String(target);
      const place = `the answer to ${asked}`;
      const { status, headers } = answer;
      lookAtHeaders(place, headers);
      if (hasCanaryBytes(new Uint8Array(body))) findings.push(`${place} has the token in its body`);
      const method = (init?.method ?? "GET").toUpperCase();
      compare(place, new URL(asked).pathname, { method, status, headers, body: decoder.decode(body) });
      return new Response(bodiless.has(status) ? null : body, { status, headers });
    },
    async follow(asked, init) {
      const target = new URL(asked, url);
      const place = `the stream of ${target.href}`;
      const answer = await fetch(target, { redirect: "manual", ...init });
      lookAtHeaders(place, answer.headers);
      const stream = followStream(answer);
      followed.push({ place, pathname: target.pathname, stream });
      return stream;
    },
    search(place, text) {
      if (hasCanary(text)) findings.push(`${place} has the token`);
    },
    searchFile,
    async searchFiles(directory) {
      for (const file of await filesBelow(directory)) await searchFile(file);
    },
    settle() {
      for (const { place, pathname, stream } of followed.splice(0)) {
        const { status, headers } = stream;
        const body = stream.text();
        if (hasCanary(body)) findings.push(`${place} has the token`);
        compare(place, pathname, { method: "GET", status, headers, body });
      }
      if (findings.length > 0) throw new Error(findings.slice(0, 10).join("\n"));
    },
  };
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
