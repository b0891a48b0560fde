// Fetches one small JSON document, such as somebody's public keys, from an address that may be slow, down, huge or hostile.
//
// One try: no redirect is followed, and everything is over after three seconds.
import { fail, ok } from "./errors.ts";
import type { Result } from "./errors.ts";
import { readText } from "./read-text.ts";
import type { Clock } from "./runtime.ts";

/** What this needs of the platform's `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type FetchDeps = { fetch: Fetch; clock: Clock };

export type DocumentFault = "network" | "timeout" | "redirect" | "status" | "too_large" | "not_json";

export const documentTimeoutMs = 3_000;
const bytesMax = 64 * 1024;

/** The parsed document, unchecked. Never rejects, and is settled after `documentTimeoutMs` by the clock handed in. */
export async function fetchJson(url: string, { fetch, clock }: FetchDeps): Promise<Result<unknown, DocumentFault>> {
  const controller = new AbortController();
  let cancel = () => {};
  const late = new Promise<Result<never, DocumentFault>>((resolve) => {
    cancel = clock.timer(documentTimeoutMs, () => {
      resolve(fail("timeout"));
      controller.abort();
    });
  });
  try {
    const text = await Promise.race([
      fetchText(fetch, url, controller.signal).catch(() => fail("network" as const)),
      late,
    ]);
    return text.ok ? parse(text.value) : text;
  } finally {
    cancel();
  }
}

async function fetchText(fetch: Fetch, url: string, signal: AbortSignal): Promise<Result<string, DocumentFault>> {
  const response = await fetch(url, {
    method: "GET",
    headers: { accept: "application/json", "user-agent": "realtimekit-bff" },
    redirect: "manual",
    signal,
  });
  const { status, body } = response;
  if (signal.aborted || status !== 200) {
    void body?.cancel().catch(() => {});
    return fail(status >= 300 && status < 400 ? "redirect" : "status");
  }
  if (body === null) return fail("not_json");
  const stop = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const text = await readText(body, { bytesMax, stop });
  if (text.ok) return text;
  return fail(text.failure === "broken" ? "network" : text.failure === "utf8" ? "not_json" : "too_large");
}

function parse(text: string): Result<unknown, "not_json"> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return fail("not_json");
  }
}
