// The official Cloudflare SDK, unchanged and without a token, calls every method of the session family that it has, through the Worker and
// through a Node process; what it gets is in its own types, and holds nothing that must not leave.
import Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secretCanaries } from "../../simulator/canaries.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { Product } from "../support/product.ts";

const at = { account_id: "_", app_id: "support" } as const;

describe.each([
  ["the Worker", startWorkerProduct],
  ["a Node process", startNodeProduct],
])("the SDK through %s", (_name, start) => {
  let product: Product;
  let kit: Cloudflare["realtimeKit"];
  let sessionId = "";
  let meetingId = "";
  let peerId = "";
  /** Every answer's body. That answers are as documented, the product's own guard sees to. */
  const bodies: Promise<string>[] = [];

  beforeAll(async () => {
    product = await start({ FRESH_LIVE_SECONDS: "3600", FRESH_RECENT_SECONDS: "3600" });
    product.simulator.setFaults([
      { kind: "extra-fields" },
      { kind: "artefact-state", state: "ready" },
      { kind: "row-fields", form: "observed" },
    ]);
    const client = new Cloudflare({
      baseURL: `${product.url}/client/v4`,
      apiToken: null,
      maxRetries: 0,
      async fetch(address, init) {
        const response = await product.fetch(address, init);
        bodies.push(response.clone().text());
        return response;
      },
    });
    kit = client.realtimeKit;
    const ended = await kit.sessions.getSessions("support", { account_id: "_", status: "ENDED", per_page: 1 });
    const live = await kit.sessions.getSessions("support", { account_id: "_", status: "LIVE", per_page: 1 });
    sessionId = ended.data?.sessions?.[0]?.id ?? "";
    meetingId = live.data?.sessions?.[0]?.associated_id ?? "";
    const people = await kit.sessions.getSessionParticipants(sessionId, { ...at, per_page: 200 });
    peerId = people.data?.participants?.[0]?.id ?? "";
  });
  afterAll(() => product.stop());

  it("gets a session, and the active one of a meeting", async () => {
    const details = await kit.sessions.getSessionDetails(sessionId, { ...at, include_breakout_rooms: true });
    expect(details.data).toMatchObject({ id: sessionId, status: "ENDED" });
    const active = await kit.activeSession.getActiveSession(meetingId, at);
    expect(active.data).toMatchObject({ associated_id: meetingId, status: "LIVE" });
  });

  it("lists participants, and gets one of them", async () => {
    const people = await kit.sessions.getSessionParticipants(sessionId, {
      ...at,
      include_peer_events: true,
      per_page: 200,
      sort_by: "duration",
      sort_order: "ASC",
      view: "raw",
    });
    const durations = (people.data?.participants ?? []).map(({ duration }) => duration ?? Number.NaN);
    expect(durations.length).toBeGreaterThan(1);
    expect(durations).toEqual(durations.toSorted((one, other) => one - other));
    const one = await kit.sessions.getSessionParticipantDetails(peerId, { ...at, session_id: sessionId });
    expect(one.data?.participant?.id).toBe(peerId);
  });

  it("gets a peer report, with quality and without addresses", async () => {
    const report = await kit.sessions.getParticipantDataFromPeerID(peerId, { ...at, filters: "quality_stats" });
    expect(report.data?.participant).toMatchObject({ id: peerId, session_id: sessionId });
    expect(JSON.stringify(report)).not.toMatch(/candidate|ipv4|sdp/i);
  });

  it("gets links to chat, transcript and summary that work", async () => {
    const chat = await kit.sessions.getSessionChat(sessionId, at);
    const transcript = await kit.sessions.getSessionTranscripts(sessionId, { ...at, format: "CSV" });
    const summary = await kit.sessions.getSessionSummary(sessionId, at);
    for (const link of [
      chat.data?.chat_download_url,
      transcript.data?.transcript_download_url,
      summary.data?.summaryDownloadUrl,
    ]) {
      const file = await fetch(link ?? "");
      expect([file.status, (await file.text()).length > 0]).toEqual([200, true]);
    }
  });

  it("lists recordings, and gets analytics", async () => {
    const recordings = await kit.recordings.getRecordings("support", { account_id: "_", per_page: 10 });
    expect(recordings.data.length).toBeGreaterThan(0);
    expect(recordings.paging.start_offset).toBe(1);
    const analytics = await kit.analytics.getOrgAnalytics("support", {
      account_id: "_",
      start_date: "2026-11-01",
      end_date: "2026-11-07",
    });
    expect(analytics.data?.session_stats?.day_stats).toHaveLength(7);
  });

  it("got nothing on the way that must not leave", async () => {
    expect(bodies.length).toBeGreaterThanOrEqual(11);
    for (const body of await Promise.all(bodies)) {
      for (const canary of secretCanaries) expect(body).not.toContain(canary);
    }
  });
});
