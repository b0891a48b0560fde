// What the events of webhooks say fits what the API says, event by event: who is in a session, what its recordings and files are. And sessions
// that are steered change at once, in both.
import { describe, expect, test } from "vitest";
import { createWebhookInbox, hookUrl, type Message } from "../support/webhook-inbox.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** An inbox that has heard of a whole day, and what was heard of each session. */
async function hearDay() {
  const inbox = await createWebhookInbox({ webhooks: [hookUrl] });
  for (let hour = 0; hour < 24; hour += 1) await inbox.pass(hourMs);
  const sessions = new Map<string, Message[]>();
  for (const message of inbox.messages) {
    const { meeting, sessionId = meeting.sessionId } = message.body;
    if (sessionId === undefined) continue;
    sessions.set(sessionId, [...(sessions.get(sessionId) ?? []), message]);
  }
  return { ...inbox, sessions };
}

const day = hearDay();

describe("the events of a session", () => {
  test("begin with its start, end with its end, and let nobody leave who has not joined", async () => {
    const { sessions, events } = await day;
    let whole = 0;
    for (const messages of sessions.values()) {
      const names = messages.map(({ body }) => body.event);
      const lives = names.filter((name) => /started|ended|participant/.test(name));
      if (!lives.includes("meeting.started") || !lives.includes("meeting.ended")) continue;
      whole += 1;
      expect([lives[0], lives.at(-1)]).toEqual(["meeting.started", "meeting.ended"]);
      expect(lives.filter((name) => name === "meeting.started" || name === "meeting.ended")).toHaveLength(2);
      const inside = new Set<string>();
      for (const { body } of messages) {
        if (body.event === "meeting.participantJoined") inside.add(body.participant.peerId);
        if (body.event === "meeting.participantLeft") expect(inside.delete(body.participant.peerId)).toBe(true);
      }
      expect(inside.size).toBe(0);
    }
    expect(whole).toBeGreaterThan(30);
    expect(new Set(events())).toContain("livestreaming.statusUpdate");
    expect(new Set(events()).size).toBe(9);
  });

  test("are told no sooner than the API shows what they tell, and count to what it counts", async () => {
    const { ask, pass, messages, simulator } = await createWebhookInbox({ webhooks: [hookUrl] });
    const inside = new Map<string, number>();
    let compared = 0;
    for (let minute = 0; minute < 240; minute += 1) {
      const before = messages.length;
      await pass(minuteMs);
      for (const { body } of messages.slice(before)) {
        const { event, meeting } = body;
        const known = inside.get(meeting?.sessionId);
        if (event === "meeting.started") inside.set(meeting.sessionId, 0);
        if (event === "meeting.ended") inside.delete(meeting.sessionId);
        if (known === undefined) continue;
        if (event === "meeting.participantJoined") inside.set(meeting.sessionId, known + 1);
        if (event === "meeting.participantLeft") inside.set(meeting.sessionId, known - 1);
      }
      for (const { id } of simulator.apps) {
        for (const row of (await ask("GET", "/sessions?status=LIVE&per_page=50", undefined, id)).body.data.sessions) {
          const count = inside.get(row.id);
          if (count === undefined) continue;
          compared += 1;
          expect(count).toBe(row.live_participants);
        }
      }
    }
    expect(compared).toBeGreaterThan(500);
  });

  test("name the session, its meeting and its app as the API does, and LIVE whatever has happened", async () => {
    const { sessions, ask } = await day;
    for (const messages of [...sessions.values()].slice(-10)) {
      for (const { body } of messages) {
        const { meeting = body, recording } = body;
        const appId = meeting.organizedBy.id;
        const id = meeting.sessionId;
        const row = (await ask("GET", `/sessions/${id}`, undefined, appId)).body.data;
        expect([row.associated_id, row.organization_id]).toEqual([meeting.id ?? meeting.meetingId, appId]);
        expect(meeting.startedAt).toBe(row.started_at);
        if (body.event === "meeting.ended") expect([meeting.endedAt, meeting.status]).toEqual([row.ended_at, "LIVE"]);
        if (recording) {
          expect([recording.roomUUID, recording.organizationId]).toEqual([id, appId]);
          expect(recording.meetingId).not.toBe(meeting.id);
        }
      }
    }
  });

  test("lead a recording from state to state, and tell of the links that the API has then", async () => {
    const { messages, ask } = await day;
    const states = new Map<string, string[]>();
    for (const { body } of messages) {
      if (body.event !== "recording.statusUpdate") continue;
      const { id, status } = body.recording;
      states.set(id, [...(states.get(id) ?? []), status]);
    }
    const lives = [...states.values()].filter((names) => names[0] === "INVOKED" && names.length === 4);
    expect(lives.length).toBeGreaterThan(10);
    for (const life of lives) expect(life.slice(0, 3)).toEqual(["INVOKED", "RECORDING", "UPLOADING"]);
    expect(lives.map((life) => life[3])).toContain("UPLOADED");
    const uploaded = messages.map(({ body }) => body).find(({ recording }) => recording?.downloadUrl !== undefined);
    const path = `/recordings?meeting_id=${uploaded.meeting.id}`;
    const rows = (await ask("GET", path, undefined, uploaded.meeting.organizedBy.id)).body.data;
    const row = rows.find(({ id }: { id: string }) => id === uploaded.recording.id);
    expect(uploaded.recording.downloadUrl).toContain(row.download_url);
    expect(uploaded.recording).toMatchObject({ status: row.status, fileSize: String(row.file_size) });
  });

  test("tell of chat, transcript and summary once the API has them, with a link that leads to the file", async () => {
    const { messages, ask, simulator, pass } = await createWebhookInbox({ webhooks: [hookUrl] });
    const kinds = { "meeting.chatSynced": "chat", "meeting.transcript": "transcript", "meeting.summary": "summary" };
    const seen = new Set<string>();
    for (let step = 0; step < 60; step += 1) {
      const before = messages.length;
      await pass(5 * minuteMs);
      for (const { body } of messages.slice(before)) {
        const kind = Object.entries(kinds).find(([event]) => event === body.event)?.[1];
        if (kind === undefined) continue;
        seen.add(kind);
        const { sessionId, organizedBy } = body.meeting ?? body;
        const answer = await ask("GET", `/sessions/${sessionId}/${kind}`, undefined, organizedBy.id);
        expect(answer.status).toBe(200);
        const link: string = body[`${kind}DownloadUrl`];
        expect(JSON.stringify(answer.body)).toContain(new URL(link).pathname);
        expect((await simulator.fetch(new Request(link))).status).toBe(200);
      }
    }
    expect(seen).toEqual(new Set(["chat", "transcript", "summary"]));
  });

  test("of a livestream name the meeting and no session, and hold its key", async () => {
    const { messages } = await day;
    const streams = messages.map(({ body }) => body).filter(({ event }) => event === "livestreaming.statusUpdate");
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set(["IDLE", "LIVE", "OFFLINE"]));
    for (const stream of streams) {
      expect(stream.meeting).not.toHaveProperty("sessionId");
      expect(Object.keys(stream)).toEqual(
        expect.arrayContaining(["streamId", "manualIngest", "playbackUrl", "ingestServer", "streamKey"]),
      );
    }
  });

  test("are the same whether time passes at once or step by step, and of the last day at most", async () => {
    const told = async (steps: number, stepMs: number) => {
      const inbox = await createWebhookInbox({ webhooks: [hookUrl] });
      for (let step = 0; step < steps; step += 1) await inbox.pass(stepMs);
      return inbox.messages.map(({ text }) => text).sort();
    };
    const inSteps = await told(36, 10 * minuteMs);
    expect(await told(1, 360 * minuteMs)).toEqual(inSteps);
    const far = await createWebhookInbox({ webhooks: [hookUrl] });
    await far.pass(72 * hourMs);
    const times = far.simulator.deliveries().map(({ happened_at }) => Date.parse(happened_at));
    expect(Math.min(...times)).toBeGreaterThan(far.clock.now() + 48 * hourMs);
  });
});

describe("a session that is steered", () => {
  const setUp = async () => {
    const inbox = await createWebhookInbox({ webhooks: [hookUrl] });
    const steering = () => inbox.simulator.steering();
    const row = async (id: string) => (await inbox.ask("GET", `/sessions/${id}`)).body.data;
    const live = async () => (await inbox.ask("GET", "/sessions?status=LIVE&per_page=50")).body.data.sessions;
    return { ...inbox, steering, row, live };
  };

  test("is LIVE in the list at once, and every change is told at once", async () => {
    const { steering, row, live, events, messages, app, simulator } = await setUp();
    const { session_id, meeting_id } = steering().start({ app: app.alias, meeting: "my-meeting", title: "Mine" });
    expect(meeting_id).toBe("my-meeting");
    const [newest] = await live();
    expect(newest).toMatchObject({ id: session_id, associated_id: "my-meeting", meeting_display_name: "Mine" });
    expect(newest).toMatchObject({ status: "LIVE", live_participants: 1, ended_at: null });
    const { participants } = steering().join(session_id, 3);
    expect((await row(session_id)).live_participants).toBe(4);
    steering().leave(session_id, participants[1]);
    steering().leave(session_id);
    expect(await row(session_id)).toMatchObject({ live_participants: 2, max_concurrent_participants: 4 });
    expect(steering().end(session_id)).toMatchObject({ status: "ENDED", participants: [] });
    expect(await row(session_id)).toMatchObject({ status: "ENDED", live_participants: 0 });
    expect((await live()).map(({ id }: { id: string }) => id)).not.toContain(session_id);
    await simulator.deliver();
    const names = ["started", ...Array(4).fill("participantJoined"), ...Array(4).fill("participantLeft"), "ended"];
    expect(events()).toEqual(names.map((name) => `meeting.${name}`));
    expect(messages.at(-1)?.body).toMatchObject({ reason: "HOST_ENDED_MEETING", meeting: { sessionId: session_id } });
    expect(messages[6]?.body.participant.peerId).toBe(participants[3]);
  });

  test("has participants that add up, minutes for those who left, and files some minutes after its end", async () => {
    const { steering, ask, row, pass, simulator, app, events } = await setUp();
    const found = { chat: 0, summary: 0 };
    for (let number = 0; number < 8; number += 1) {
      const { session_id } = steering().start({ app: app.alias, participants: 2 });
      await pass(6 * minuteMs);
      const [inside] = steering().leave(session_id).participants;
      const list = (await ask("GET", `/sessions/${session_id}/participants`)).body.data.participants;
      expect(list).toHaveLength(2);
      for (const { id, duration } of list) expect(duration).toBe(id === inside ? 0 : 6);
      expect(await row(session_id)).toMatchObject({ minutes_consumed: 6 });
      steering().end(session_id);
      await pass(20 * minuteMs);
      if ((await ask("GET", `/sessions/${session_id}/chat`)).status === 200) found.chat += 1;
      if ((await ask("GET", `/sessions/${session_id}/summary`)).status === 200) found.summary += 1;
      const told = simulator.deliveries().filter((delivery) => delivery.session_id === session_id);
      expect(told.map(({ event }) => event).slice(0, 4)).toEqual([
        "meeting.started",
        "meeting.participantJoined",
        "meeting.participantJoined",
        "meeting.participantLeft",
      ]);
    }
    expect(found.chat).toBeGreaterThan(0);
    expect(events()).toContain("meeting.chatSynced");
  });

  test("stays LIVE with nobody in it until it is ended, and longer than any other session", async () => {
    const { steering, row, pass, live, simulator, app } = await setUp();
    const { session_id } = steering().start({ app: app.id, participants: 0 });
    const before = simulator.state().apps[0]?.live ?? 0;
    await pass(30 * hourMs);
    expect(await row(session_id)).toMatchObject({ status: "LIVE", live_participants: 0 });
    expect((await live()).map(({ id }: { id: string }) => id)).toContain(session_id);
    expect(before).toBeGreaterThan(0);
    expect(simulator.state().apps[0]?.live).toBe((await live()).length);
    expect(steering().sessions()).toMatchObject([{ session_id, status: "LIVE" }]);
  });

  test("takes its place among the sessions of its app in every order of the list", async () => {
    const { steering, ask, app, pass } = await setUp();
    const { session_id } = steering().start({ app: app.id, participants: 2 });
    for (const change of [() => {}, () => steering().leave(session_id), () => steering().end(session_id)]) {
      await pass(minuteMs);
      change();
      for (const sort of ["createdAt", "minutesConsumed"]) {
        const query = `/sessions?per_page=1000&sort_order=ASC&sort_by=${sort}`;
        const rows: { id: string; created_at: string; minutes_consumed: number }[] = [];
        for (let page = 1; page < 6; page += 1) {
          rows.push(...(await ask("GET", `${query}&page_no=${page}`)).body.data.sessions);
        }
        const keys = rows.map((row) => (sort === "createdAt" ? Date.parse(row.created_at) : row.minutes_consumed));
        expect(keys).toEqual(keys.toSorted((left, right) => left - right));
        expect(rows.filter(({ id }) => id === session_id)).toHaveLength(1);
      }
    }
  });

  test("is the active session of its meeting", async () => {
    const { steering, ask, app } = await setUp();
    const { session_id } = steering().start({ app: app.id, meeting: "abcdef-ghijkl" });
    expect((await ask("GET", "/meetings/abcdef-ghijkl/active-session")).body.data.id).toBe(session_id);
    expect(() => steering().start({ app: app.id, meeting: "abcdef-ghijkl" })).toThrow("has a LIVE session already");
    steering().end(session_id);
    expect((await ask("GET", "/meetings/abcdef-ghijkl/active-session")).status).toBe(404);
    expect(steering().start({ app: app.id, meeting: "abcdef-ghijkl" }).session_id).not.toBe(session_id);
  });

  test("is steered over the control API as well, where mistakes change nothing", async () => {
    const { simulator, live, app } = await setUp();
    const control = async (method: string, name: string, body?: unknown) => {
      const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
      const response = await simulator.fetch(new Request(`http://simulator/__simulator/${name}`, init));
      return { status: response.status, body: JSON.parse(await response.text()) };
    };
    const { body: session } = await control("POST", "sessions", { app: app.alias, participants: 2 });
    expect((await live())[0].id).toBe(session.session_id);
    expect((await control("GET", "sessions")).body).toEqual([session]);
    const joined = (await control("POST", "participants", { session: session.session_id })).body;
    expect(joined.participants).toHaveLength(3);
    const [gone] = joined.participants;
    const left = (await control("DELETE", "participants", { session: session.session_id, participant: gone })).body;
    expect(left.participants).toEqual(joined.participants.slice(1));
    const bad: [string, string, unknown, string][] = [
      ["POST", "sessions", {}, "body.app"],
      ["POST", "sessions", { app: "nobody" }, "app must be one of support"],
      ["POST", "sessions", { app: app.alias, participants: 501 }, "body.participants"],
      ["POST", "sessions", { app: app.alias, room: "x" }, '"room"'],
      ["POST", "participants", { session: "x" }, "was not started by this control"],
      ["DELETE", "participants", { session: session.session_id, participant: gone }, "is not in this session"],
      ["DELETE", "sessions", {}, "body.session"],
    ];
    for (const [method, name, body, text] of bad) {
      const answer = await control(method, name, body);
      expect([answer.status, answer.body.error]).toEqual([400, expect.stringContaining(text)]);
    }
    expect((await control("GET", "sessions")).body).toEqual([left]);
    expect((await control("DELETE", "sessions", { session: session.session_id })).body.status).toBe("ENDED");
    expect((await control("DELETE", "sessions", { session: session.session_id })).body.error).toContain("has ended");
    await simulator.deliver();
    expect((await control("GET", "deliveries")).body).toEqual(simulator.deliveries());
    expect((await control("POST", "webhook-key")).status).toBe(200);
    simulator.reset();
    expect((await control("GET", "sessions")).body).toEqual([]);
  });
});
