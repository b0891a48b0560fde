// What holds for every answer of the service, whatever was asked: for tests that walk all of them.
import { expect } from "vitest";
import { answerHeaderNames } from "../../src/http/headers.ts";
import { allowedOrigin } from "./app.ts";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Only headers of the list, all of the fixed ones, and CORS headers for the allowed origin alone. Other pages may load a script, and nothing else. */
export function expectOurHeaders({ headers }: Pick<Response, "headers">, origin?: string): void {
  const known: readonly string[] = answerHeaderNames;
  const isScript = headers.get("content-type")?.startsWith("text/javascript") === true;
  expect([...headers.keys()].filter((name) => !known.includes(name))).toEqual([]);
  expect(Object.fromEntries(headers)).toMatchObject({
    "cache-control": expect.stringMatching(/^(?:private|no-store)\b/),
    "cdn-cache-control": "no-store",
    "content-security-policy": expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
    "cross-origin-resource-policy": isScript ? expect.stringMatching(/^(?:same|cross)-origin$/) : "same-origin",
    "referrer-policy": "no-referrer",
    vary: expect.stringMatching(/^Origin\b/),
    "x-content-type-options": "nosniff",
    "x-request-id": expect.stringMatching(uuid),
  });
  expect(headers.get("access-control-allow-origin")).toBe(origin === allowedOrigin ? allowedOrigin : null);
}
