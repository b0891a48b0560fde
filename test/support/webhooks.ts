// RealtimeKit as the sender of events: the nine payloads as its documents show them, signed with a key of the test, and the document that
// publishes the key.
import { sign } from "node:crypto";
import type { EventName } from "../../simulator/webhook-events.ts";
import { pairOf } from "./tokens.ts";

export const webhookPath = "/v1/webhooks/realtimekit";
export const keyUrl = "https://keys.example/.well-known/webhooks.json";

export const meetingId = "813432C7-3c5a-45e2-9acf-eef7061c7584";
export const sessionId = "56093128-20cd-4b7e-9c2e-2f4a70d2c1a6";

/** What must be neither kept nor told. */
export const secretsOfEvents = [
  "stream-key-never-kept",
  "rtmps://ingest.example/never-kept",
  "https://files.example/never-kept",
  "Ada Never-Kept",
] as const;
const [streamKey, ingestServer, link, person] = secretsOfEvents;

export type Payload = Record<string, unknown>;

/** The payload of an event about an app. `more` over its members. */
export function payloadOf(event: EventName, appId: string, more: Payload = {}): Payload {
  const organizedBy = { id: appId, name: "An organisation" };
  const dates = { createdAt: "2026-11-22T09:00:00.000Z", startedAt: "2026-11-22T09:00:00.000Z" };
  const meeting = { id: meetingId, sessionId, title: "Weekly sync", status: "LIVE", ...dates, organizedBy };
  const participant = { peerId: "peer-1", userDisplayName: person, customParticipantId: "user-1" };
  const file = (name: string) => ({ [`${name}DownloadUrl`]: link, [`${name}DownloadUrlExpiry`]: dates.createdAt });
  const members: Readonly<Record<EventName, Payload>> = {
    "meeting.started": { meeting },
    "meeting.ended": { meeting: { ...meeting, endedAt: dates.createdAt }, reason: "ALL_PARTICIPANTS_LEFT" },
    "meeting.participantJoined": { meeting, participant: { ...participant, joinedAt: dates.createdAt } },
    "meeting.participantLeft": { meeting, participant: { ...participant, leftAt: dates.createdAt } },
    "meeting.chatSynced": { meetingId, sessionId, title: "Weekly sync", ...file("chat"), ...dates, organizedBy },
    "meeting.transcript": { meeting, ...file("transcript") },
    "meeting.summary": { meeting, ...file("summary") },
    "recording.statusUpdate": {
      meeting,
      recording: {
        recordingId: "rec-1",
        status: "UPLOADED",
        downloadUrl: link,
        meetingId: "another-meeting",
        organizationId: appId,
        roomUUID: sessionId,
      },
    },
    "livestreaming.statusUpdate": {
      streamId: "stream-1",
      status: "LIVE",
      streamKey,
      ingestServer,
      meeting: { id: meetingId, title: "Weekly sync", organizedBy },
    },
  };
  return { event, ...members[event], ...more };
}

export const encode = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));

/** As its sender writes it. */
export const bytesOf = (payload: unknown): Uint8Array<ArrayBuffer> => encode(JSON.stringify(payload));

export type Signing = { key?: string; family?: "rtk" | "dyte"; uuid?: string };

/** The headers of a delivery. `key`: the name of the pair that signs. */
export function signedHeaders(body: Uint8Array, { key = "first", family = "rtk", uuid }: Signing = {}) {
  const signature = sign("sha256", body, pairOf("rsa", `webhooks ${key}`).privateKey).toString("base64");
  return {
    "content-type": "application/json",
    [`${family}-signature`]: signature,
    ...(uuid !== undefined && { [`${family}-uuid`]: uuid }),
  };
}

/** A request as RealtimeKit makes it. */
export const deliveryOf = (body: Uint8Array<ArrayBuffer>, signing?: Signing): RequestInit => ({
  method: "POST",
  headers: signedHeaders(body, signing),
  body,
});

export const publicPem = (key = "first"): string => pairOf("rsa", `webhooks ${key}`).pem;

/** The document at the address of the key. */
export const keyDocument = (key = "first") => ({ success: true, data: { publicKey: publicPem(key) }, message: "" });
