// `npm run doctor -- --probe` run to its end in front of a simulator, with all that it printed and all that it was told.
import { expect } from "vitest";
import { runDoctor } from "../../scripts/doctor.ts";
import { linkCanaries, secretCanaries } from "../../simulator/canaries.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { canaryToken, hasCanary } from "./canary.ts";
import { createTestClock } from "./clock.ts";
import { jwt } from "./doctor-settings.ts";
import { testEpoch } from "./epoch.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;
type Call = { at: number; method: string; url: string };
export type Probe = {
  code: number;
  output: string;
  calls: readonly Call[];
  said: readonly string[];
  linesOf(question: string): string[];
};

export type ProbeOptions = {
  faults?: readonly FaultInput[];
  args?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Where links to files lead. */
  filesBaseUrl?: string;
  /** In place of the simulator. */
  upstream?: Fetch;
};

/** Runs the command to its end. `said`: every text and number of the answers. */
export async function probe({
  faults = [],
  args = [],
  environment = {},
  filesBaseUrl,
  upstream,
}: ProbeOptions = {}): Promise<Probe> {
  const clock = createTestClock(testEpoch);
  const simulator = createSimulator({ clock, token: canaryToken, ...(filesBaseUrl !== undefined && { filesBaseUrl }) });
  simulator.setFaults(faults);
  const texts: string[] = [];
  const calls: Call[] = [];
  const said: string[] = [];
  const fetch: Fetch = async (url, init) => {
    calls.push({ at: clock.now(), method: init.method ?? "GET", url });
    const answer = await (upstream ? upstream(url, init) : simulator.fetch(new Request(url, init)));
    const text = await answer.clone().text();
    said.push(...answer.headers.values(), ...(text.startsWith("{") ? valuesIn(text) : [text]));
    return answer;
  };
  const state = { isOver: false };
  const running = runDoctor(["--probe", ...args], {
    environment: {
      ...jwt,
      CLOUDFLARE_API_TOKEN: canaryToken,
      CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
      REALTIMEKIT_APPS: simulator.apps.map(({ alias, id }) => `${alias}=${id}`).join(","),
      ARTEFACT_HOSTS: "files.simulator.invalid",
      UPSTREAM_DEADLINE_MS: "2000",
      ...environment,
    },
    fetch,
    clock,
    print: (text) => texts.push(text),
    complain: (text) => texts.push(text),
    columns: 10_000,
  }).finally(() => void (state.isOver = true));
  while (!state.isOver) await clock.advance(500);
  const output = texts.join("\n");
  expect(hasCanary(output), "the token is printed").toBe(false);
  const linesOf = (question: string) => texts.filter((text) => text.startsWith(`${question}: `));
  return { code: await running, output, calls, said, linesOf };
}

/** Every text of a JSON text, and every number that is not whole. */
function valuesIn(text: string): string[] {
  const found: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === "string") found.push(value);
    if (typeof value === "number" && !Number.isInteger(value)) found.push(String(value));
    if (typeof value === "object" && value !== null) Object.values(value).forEach((inner) => collect(inner));
  };
  try {
    collect(JSON.parse(text));
  } catch {
    found.push(text);
  }
  return found;
}

/** A word of the API, such as `meeting` or `PEER_LEFT`, or a small number: that a line has it too says nothing. */
const isWord = (value: string) => value.length < 4 || /^(?:[a-z]+|[A-Z]+(?:_[A-Z]+)*|\d{1,5})$/.test(value.trim());

/** Nothing that answers said is printed: no name, id, link, text or broken number. */
export function expectNothingSaid({ output, said }: Probe): void {
  for (const canary of [...secretCanaries, ...linkCanaries, "CANARY"]) expect(output).not.toContain(canary);
  expect(output).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{16}|:\/\/|https?/i);
  expect(said.length).toBeGreaterThan(0);
  expect([...new Set(said)].filter((value) => !isWord(value) && output.includes(value))).toEqual([]);
}
