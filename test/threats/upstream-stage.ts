// A product in front of an upstream that means harm, for as long as a group of tests takes.
import { createServer } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect } from "vitest";
import { ask, askPage } from "../blackbox/steps.ts";
import type { Seen } from "../blackbox/steps.ts";
import { goodPage, startHostileUpstream } from "../support/hostile-upstream.ts";
import type { Behaviour, HostileUpstream } from "../support/hostile-upstream.ts";
import type { Product, Settings, StartProduct } from "../support/product.ts";

/** Long enough for a busy machine to answer what is in good order. */
export const deadlineMs = 3_000;

export type Stage = {
  product: Product;
  hostile: HostileUpstream;
  /** A page that nobody has asked for yet. */
  freshPath(): string;
  /** Asks for a page while the upstream behaves like this; and then for another, which must be there as if nothing had been. */
  attack(behaviour: Behaviour, path?: string): Promise<Seen>;
};

/** Starts both before the tests of this group, and ends them after. */
export function useStage(start: StartProduct, settings: Settings = {}): () => Stage {
  let stage: Stage | undefined;
  beforeAll(async () => {
    const hostile = await startHostileUpstream();
    const product = await start({
      UPSTREAM_BASE_URL: `${hostile.url}/client/v4`,
      UPSTREAM_DEADLINE_MS: String(deadlineMs),
      SOFT_DEADLINE_MS: "500",
      ...settings,
    });
    let count = 0;
    const freshPath = () => `/v1/apps/support/sessions?search=attack-${(count += 1)}`;
    const attack = async (behaviour: Behaviour, path = freshPath()) => {
      hostile.behave(behaviour);
      const seen = await ask(product, path);
      hostile.behave(goodPage);
      await askPage(product, freshPath());
      return seen;
    };
    stage = { product, hostile, freshPath, attack };
  });
  afterAll(async () => {
    await stage?.product.stop();
    await stage?.hostile.close();
  });
  return () => {
    if (!stage) throw new Error("the stage is there from the first test on");
    return stage;
  };
}

/** Somewhere else: a server that nobody has any reason to ask. */
export async function startDecoy(): Promise<{ port: number; visits: () => number; close: () => Promise<void> }> {
  let visits = 0;
  const server = createServer((_, response) => void response.end(JSON.stringify({ taken: true })));
  server.on("connection", () => void (visits += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    visits: () => visits,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const answerMsMax = 15_000;

/** Sends bytes that no HTTP client would; gives all that was answered until the end of the connection. */
export function sendRaw(product: Product, text: string): Promise<string> {
  const socket = connect(Number(new URL(product.url).port), "127.0.0.1");
  let answered = "";
  socket.on("data", (bytes) => (answered += bytes.toString("latin1"))).on("error", () => {});
  socket.setTimeout(answerMsMax, () => socket.destroy());
  socket.write(text, "latin1");
  return new Promise((resolve) => socket.once("close", () => resolve(answered)));
}

export const requestText = (target: string, headers = "Host: product") =>
  `GET ${target} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`;

/** Our words for an upstream that gave nothing of use. */
export function expectProblem(seen: Seen, ...codes: readonly string[]): void {
  expect(codes).toContain(seen.code);
  expect(seen.status).toBe(seen.code === "upstream_timeout" ? 504 : 502);
}
