// How a call was for one peer: quality over the whole call, device, browser and country. Addresses, session descriptions, candidates and
// the series that the upstream sends with them never pass.
import * as fields from "./fields.ts";
import * as kinds from "./kinds.ts";
import * as parameters from "./parameters.ts";
import { oneResource } from "./define.ts";
import { exampleParticipant, peerFields } from "./rows/participant.ts";

const { nullable } = fields;
const media = ["audio", "video", "screenshare_audio", "screenshare_video"];
const directions = ["consumer", "producer"];

const cumulative = fields.itemOf("CumulativeQuality", "Quality over the whole call, as the upstream reckons it.", {
  packet_loss: nullable(kinds.figures, "Share of packets lost.", { avg: 0.1 }),
  quality_mos: nullable(kinds.figures, "Mean opinion score, 1 to 5.", { avg: 4.2 }),
  rtt: nullable(kinds.figures, "Round-trip time, ms.", { avg: 41 }),
  jitter_buffer_delay: nullable(kinds.figures, "Delay in the jitter buffer, ms.", { avg: 62 }),
  frame_per_second: nullable(kinds.figures, "Frames a second.", { avg: 24 }),
  frame_width: nullable(kinds.figures, "Width of frames, pixels.", { avg: 1280 }),
  issues: nullable(kinds.figures, "Share of time with each kind of trouble.", { lag_fraction: 0.02 }),
  high_negative_feedback_fraction: nullable(kinds.amount, "Share of time with much negative feedback.", 0.01),
  key_frames_encoded_fraction: nullable(kinds.amount, "Share of key frames among those encoded.", 0.02),
  key_frames_decoded_fraction: nullable(kinds.amount, "Share of key frames among those decoded.", 0.02),
});

const quality = fields.itemOf(
  "PeerQuality",
  "Quality by kind of media and direction.",
  Object.fromEntries(
    media.flatMap((medium) =>
      directions.map((direction) => [`${medium}_${direction}_cumulative`, fields.part(cumulative)]),
    ),
  ),
);

const short = kinds.text(128);
const metadata = fields.itemOf("PeerMetadata", "What the peer joined with.", {
  browser: { ...nullable(short, "Browser.", "Firefox"), aliases: ["browser_metadata.browser"] },
  browser_version: { ...nullable(short, "Its version.", "145.0"), aliases: ["browser_metadata.browser_version"] },
  os: { ...nullable(short, "Operating system.", "Linux"), aliases: ["device_info.os"] },
  os_version: { ...nullable(short, "Its version.", "6.12"), aliases: ["device_info.os_version"] },
  is_mobile: {
    ...nullable(kinds.yesOrNo, "Whether it is a mobile device.", false),
    aliases: ["device_info.is_mobile"],
  },
  cpus: { ...nullable(kinds.count, "Processors.", 8), aliases: ["device_info.cpus"] },
  country: { ...nullable(short, "Country.", "NL"), aliases: ["ip_information.country"] },
});

const report = fields.itemOf(
  "PeerReport",
  "How the call was for the peer; without figures until the upstream has them.",
  {
    metadata: fields.part(metadata),
    quality: fields.part(quality),
  },
);

const { person, stay, records } = peerFields;
const item = fields.itemOf("PeerReportParticipant", "A participant, with how the call was for them.", {
  ...person,
  role: nullable(kinds.text(256), "The preset they joined with.", "group_call_participant"),
  session_id: nullable(kinds.id, "Id of the session.", "813432c7-3c5a-45e2-9acf-eef7061c7584"),
  ...stay,
  ...records,
  peer_report: fields.part(report),
});

const noFigures = Object.fromEntries(Object.keys(cumulative.fields).map((name) => [name, null]));

export const peerReport = oneResource({
  name: "peer_reports",
  operationId: "getPeerReport",
  summary: "Get a peer report",
  description: "How a call was for one peer, for callers who may see every meeting.",
  version: 1,
  path: "/sessions/peer-report/:peer_id",
  parameters: {
    filters: {
      ...parameters.choice(
        ["device_info", "ip_information", "precall_network_information", "events", "quality_stats"],
        "Asks the upstream for this part alone. Addresses, places and candidates never pass.",
      ),
    },
    include_peer_events: parameters.flag("Whether each step of their way in and out is shown."),
  },
  // A report holds series over the whole call: as large as a page of many rows.
  rowsMax: 100,
  pageId: "PeerReportDetails",
  about: "A peer report.",
  item,
  at: ["participant"],
  nestedUnder: ["participant"],
  owner: { by: "app" },
  freshBy: ["left_at"],
  volatility: ([row]) => (row?.["left_at"] === null ? "live" : "settled"),
  closesAt: () => 0,
  isShownByDefault: false,
  example: {
    success: true,
    data: {
      participant: {
        id: exampleParticipant.id,
        user_id: exampleParticipant.user_id,
        custom_participant_id: exampleParticipant.custom_participant_id,
        display_name: exampleParticipant.display_name,
        role: "group_call_participant",
        session_id: "813432c7-3c5a-45e2-9acf-eef7061c7584",
        joined_at: exampleParticipant.joined_at,
        left_at: exampleParticipant.left_at,
        duration: exampleParticipant.duration,
        created_at: exampleParticipant.created_at,
        updated_at: exampleParticipant.updated_at,
        peer_events: [],
        peer_report: {
          metadata: {
            browser: "Firefox",
            browser_version: "145.0",
            os: "Linux",
            os_version: "6.12",
            is_mobile: false,
            cpus: 8,
            country: "NL",
          },
          quality: Object.fromEntries(Object.keys(quality.fields).map((name) => [name, noFigures])),
        },
      },
    },
  },
});
