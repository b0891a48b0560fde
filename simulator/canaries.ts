// Recognisable texts in everything that must not leave a careful reader. Each secret the simulator hands out begins with one of
// these, so that a scan of what a product sent shows whether any passed.
//
// Signatures of links are apart: a link to a file that is ready does pass, to those who may read the file.

/** What the canary stands in, and the text its values begin with. */
export const canaries = {
  streamKey: "CANARY_STREAM_KEY",
  ingestServer: "CANARY_INGEST_SERVER",
  rtmpUrl: "CANARY_RTMP_URL",
  storageConfig: "CANARY_STORAGE_CONFIG",
  ipAddress: "CANARY_IP_ADDRESS",
  place: "CANARY_PLACE",
  sdp: "CANARY_SDP",
  candidate: "CANARY_CANDIDATE",
  caller: "CANARY_CALLER",
  unknownField: "CANARY_UNKNOWN_FIELD",
  signature: "CANARY_SIGNATURE",
  eventText: "CANARY_EVENT_TEXT",
  eventName: "CANARY_EVENT_NAME",
  eventLink: "CANARY_EVENT_LINK",
} as const;

const { signature, eventText, eventName, eventLink, ...secrets } = canaries;

/** Texts that no answer of a product may hold, whoever asks. */
export const secretCanaries: readonly string[] = Object.values(secrets);

/** Texts that an answer may hold only inside the link of a ready file, and only for those allowed to read it. */
export const linkCanaries: readonly string[] = [signature];

/** Texts that only the payloads of webhooks hold: no product may answer, store or log them. Stream keys and ingest servers are above. */
export const eventCanaries: readonly string[] = [eventText, eventName, eventLink];
