// Every row of a list by the typed client, and what it waits for on the way.
import { describe, expect, expectTypeOf, it } from "vitest";
import { createClient } from "../../client/src/client.ts";
import type { LivestreamSession, Participant, Recording, Session } from "../../client/src/client.ts";
import { withProduct } from "../blackbox/steps.ts";
import { startNodeProduct } from "../support/product-node.ts";

const dayMs = 86_400_000;

describe("all rows", () => {
  it("of 5,000 sessions and more come once each, within the budget, however often that makes the client wait", () =>
    withProduct(
      startNodeProduct,
      { UPSTREAM_BUDGET_REQUESTS: "40", UPSTREAM_BUDGET_WINDOW_SECONDS: "4", UPSTREAM_DEADLINE_MS: "2000" },
      async ({ url, simulator }) => {
        simulator.advance(60 * dayMs);
        const statuses: number[] = [];
        const client = createClient({
          baseUrl: url,
          fetch: async (address, init) => {
            const answer = await fetch(address, init);
            statuses.push(answer.status);
            return answer;
          },
        });
        const ids = new Set<string>();
        let rows = 0;
        for await (const { id } of client.sessions.all("support")) {
          rows += 1;
          ids.add(id);
        }
        const total = (await client.sessions.list("support", { per_page: 100 })).paging.total_count ?? 0;
        expect(total).toBeGreaterThan(5_000);
        expect(ids.size).toBe(rows);
        // One may have begun since the first page.
        expect(rows).toBeGreaterThanOrEqual(total - 5);
        expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
        expect(new Set(statuses)).toEqual(new Set([200, 503]));
        // Nothing was asked for twice: each page is one call, and one more where rows moved.
        expect(simulator.state().calls.byStatus).toEqual({ "200": simulator.state().calls.total });
        expect(simulator.state().calls.total).toBeLessThanOrEqual(Math.ceil(total / 100) + 2);
      },
    ));

  it("of a list end where the caller stops, and begin where the caller wants", () =>
    withProduct(startNodeProduct, {}, async ({ url, simulator }) => {
      const client = createClient({ baseUrl: url });
      const seen: string[] = [];
      for await (const session of client.sessions.all("support", { status: "ENDED", per_page: 3, sort_order: "ASC" })) {
        seen.push(session.created_at);
        if (seen.length === 7) break;
      }
      expect(seen).toEqual(seen.toSorted());
      expect(simulator.state().calls.total).toBe(3);
    }));

  it("have their types, and their ids, in every list", () =>
    withProduct(startNodeProduct, {}, async ({ url }) => {
      const client = createClient({ baseUrl: url });
      const ids: string[] = [];
      for await (const recording of client.recordings.all("support")) {
        expectTypeOf(recording).toEqualTypeOf<Recording>();
        ids.push(recording.id);
        if (ids.length > 30) break;
      }
      expect(new Set(ids).size).toBe(31);
      for await (const session of client.sessions.all("support", { status: "ENDED" })) {
        expectTypeOf(session).toEqualTypeOf<Session>();
        const participants: string[] = [];
        for await (const participant of client.participants.all("support", session.id, { per_page: 2 })) {
          expectTypeOf(participant).toEqualTypeOf<Participant>();
          participants.push(participant.id);
        }
        const { paging } = await client.participants.list("support", session.id);
        expect(participants).toHaveLength(paging.total_count ?? -1);
        expectTypeOf(client.livestreams.all("support", session.id)).toEqualTypeOf<AsyncIterable<LivestreamSession>>();
        if (participants.length > 2) break;
      }
    }));
});

describe("waiting", () => {
  it("a page that has to wait for the upstream's block comes when Retry-After has passed, and not before", () =>
    withProduct(startNodeProduct, {}, async ({ url, simulator }) => {
      simulator.setFaults([{ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "3", times: 1 }]);
      const asked: { at: number; status: number; retryAfter: number }[] = [];
      const client = createClient({
        baseUrl: url,
        fetch: async (address, init) => {
          const answer = await fetch(address, init);
          asked.push({ at: Date.now(), status: answer.status, retryAfter: Number(answer.headers.get("retry-after")) });
          return answer;
        },
      });
      expect((await client.sessions.list("support")).success).toBe(true);
      const [refused, ...later] = asked;
      expect(refused).toMatchObject({ status: 503 });
      expect(later.at(-1)?.status).toBe(200);
      expect((later[0]?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual((refused?.retryAfter ?? 60) * 1_000);
    }));

  it("is bounded: beyond waitMsMax the Problem says when to come back; with 0 at once", () =>
    withProduct(startNodeProduct, {}, async ({ url, simulator }) => {
      simulator.setFaults([{ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "30", times: 1 }]);
      const waits: number[] = [];
      const client = createClient({
        baseUrl: url,
        timer(delayMs, wake) {
          // Answers are waited for in real time, and nothing else is.
          if (delayMs === 30_000) return () => {};
          waits.push(delayMs);
          queueMicrotask(wake);
          return () => {};
        },
      });
      const failure = await client.sessions.list("support", {}, { waitMsMax: 0 }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "upstream_limited", status: 503 });
      expect(waits).toEqual([]);
      const bounded = await client.sessions.list("support").catch((error: unknown) => error);
      expect(bounded).toMatchObject({ code: "upstream_limited", retryAfterMs: expect.any(Number) });
      expect(waits.length).toBeGreaterThan(0);
      expect(waits.reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(60_000);
    }));

  it("ends with the caller's signal", () =>
    withProduct(startNodeProduct, {}, async ({ url, simulator }) => {
      simulator.setFaults([{ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "50", times: 1 }]);
      const leaving = new AbortController();
      const reason = new Error("left the page");
      const client = createClient({
        baseUrl: url,
        fetch: async (address, init) => {
          const answer = await fetch(address, init);
          setTimeout(() => leaving.abort(reason), 200);
          return answer;
        },
      });
      const failure = await client.sessions
        .list("support", {}, { signal: leaving.signal })
        .catch((error: unknown) => error);
      expect(failure).toBe(reason);
    }));
});
