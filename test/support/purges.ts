// A deployment that takes purges, over a log that notes what is written to it; every answer is held against the document.
import { expect } from "vitest";
import { purgePath } from "../../src/http/purge-route.ts";
import type { Change, Invalidate } from "../../src/resources/change.ts";
import { createTestService } from "./app.ts";
import type { TestService, TestServiceOptions } from "./app.ts";
import { expectOurHeaders } from "./boundary.ts";
import { answerOf, readDocument } from "./document.ts";
import type { Answer } from "./document.ts";

export type Purging = {
  service: TestService;
  /** What the log was given, in order. */
  changes: readonly Change[];
  /** Sends a body as it is, or anything else as JSON. */
  purge(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
};

/** `log`: instead of one that notes each change and answers with how many there are; undefined for a service without any. */
export function createPurging(
  options: Pick<TestServiceOptions, "settings" | "keys"> & { log?: Invalidate | undefined } = {},
): Purging {
  const changes: Change[] = [];
  const { log: invalidate, ...rest } = { log: async (change: Change) => changes.push(change), ...options };
  const service = createTestService({ ...rest, services: invalidate ? { invalidate } : {} });
  const document = readDocument();
  return {
    service,
    changes,
    async purge(body, headers = {}) {
      const given = { "content-type": "application/json", ...headers };
      const isRaw = typeof body === "string" || body instanceof Uint8Array;
      const init = { method: "POST", headers: given, body: isRaw ? body : JSON.stringify(body) } as RequestInit;
      const response = await service.send(purgePath, init);
      expectOurHeaders(response, headers["origin"]);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const answer = await answerOf("POST", response);
      expect(document.violations(purgePath, answer)).toEqual([]);
      return answer;
    },
  };
}

/** Everything of an answer but what is of this very request. */
export const stable = ({ status, headers, body }: Answer) => ({
  status,
  headers: Object.fromEntries([...headers].filter(([name]) => name !== "x-request-id")),
  body: body.replace(/"request_id":"[0-9a-f-]{36}"/, '"request_id":""'),
});
