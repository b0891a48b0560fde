// The first half of a peer report: devices, browser, network. Addresses, places, descriptions and candidates hold canaries.
import { canaries } from "./canaries.ts";
import { integer, mix, pick, type Stream, streamOf, uuid } from "./chance.ts";
import { type Participant, viewKindOf } from "./people.ts";
import type { Plan } from "./timeline.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const address = (next: Stream) => `${canaries.ipAddress}_203.0.113.${integer(next, 1, 254)}`;

/** The metadata of a participant's report. */
export function peerMetadata(plan: Plan, participant: Participant): Record<string, unknown> {
  const { joinMs, leaveMs } = participant;
  const next = streamOf(mix(plan.seed, participant.id), "metadata");
  const [browser, engine, os] = pick(next, [
    ["Chrome", "Blink", "Windows"],
    ["Safari", "WebKit", "macOS"],
    ["Firefox", "Gecko", "Linux"],
    ["Mobile Safari", "WebKit", "iOS"],
  ]);
  const version = `${integer(next, 120, 150)}.0`;
  const device = (kind: string, label: string) => ({ device_id: uuid(next), kind, label });
  const updates = (kind: string, label: string) => [
    { added: [device(kind, label)], removed: [], timestamp: iso(joinMs + 200) },
  ];
  const microphone = updates("audioinput", "Built-in microphone");
  return {
    audio_devices_updates: microphone,
    video_devices_updates: updates("videoinput", "Front camera"),
    speaker_devices_updates: updates("audiooutput", "Speakers"),
    selected_device_updates: [{ device: microphone[0]?.added[0], timestamp: iso(joinMs + 300) }],
    browser_metadata: {
      browser,
      browser_version: version,
      engine,
      user_agent: `Mozilla/5.0 (${os}) ${browser}/${version}`,
      webgl_support: pick(next, [true, true, false, null]),
    },
    candidate_pairs: { consuming_transport: [candidatePair(next)], producing_transport: [candidatePair(next)] },
    device_info: {
      cpus: pick(next, [4, 8, 12, 16]),
      is_mobile: os === "iOS",
      os,
      os_version: `${integer(next, 10, 18)}.${integer(next, 0, 6)}`,
    },
    events: [
      { name: "call_joined", timestamp: iso(joinMs), metadata: {} },
      { name: "audio_on", timestamp: iso(Math.min(leaveMs, joinMs + 900)), metadata: { source: "button" } },
      { name: "disconnect", timestamp: iso(leaveMs), metadata: {} },
    ],
    ip_information: {
      city: `${canaries.place}_city`,
      country: pick(next, ["DE", "IN", "BR", "US"]),
      region: `${canaries.place}_region`,
      timezone: `${canaries.place}_timezone`,
      ipv4: address(next),
      org: `${canaries.place}_org`,
      asn: {
        asn: `${canaries.place}_asn`,
        domain: `${canaries.place}_domain`,
        name: `${canaries.place}_name`,
        route: `${canaries.ipAddress}_203.0.113.0/24`,
        type: "isp",
      },
    },
    native_metadata: { audio_encoder: null, video_encoder: null },
    pc_metadata: [
      {
        effective_network_type: pick(next, ["4g", "3g"]),
        reflexive_connectivity: true,
        relay_connectivity: true,
        turn_connectivity: true,
        sdp: [`v=0\r\no=- ${canaries.sdp} 2 IN IP4 ${address(next)}\r\ns=-\r\nt=0 0\r\n`],
        timestamp: iso(joinMs + 100),
      },
    ],
    room_view_type: viewKindOf(plan),
    sdk_name: "web-core",
    sdk_type: "web",
    sdk_version: "1.2.0",
  };
}

function candidatePair(next: Stream): object {
  return {
    candidate: `${canaries.candidate}_candidate:${integer(next, 1, 9)} 1 udp ${address(next)} 50000 typ host`,
    local_candidate_address: address(next),
    local_candidate_id: `${canaries.candidate}_local_${integer(next, 1, 99)}`,
    local_candidate_network_type: "wifi",
    local_candidate_port: integer(next, 40_000, 60_000),
    local_candidate_protocol: "udp",
    local_candidate_related_address: address(next),
    local_candidate_related_port: integer(next, 40_000, 60_000),
    local_candidate_type: "srflx",
    remote_candidate_address: address(next),
    remote_candidate_id: `${canaries.candidate}_remote_${integer(next, 1, 99)}`,
    remote_candidate_port: integer(next, 40_000, 60_000),
    remote_candidate_protocol: "udp",
    remote_candidate_type: "host",
    available_incoming_bitrate: integer(next, 500_000, 5_000_000),
    available_outgoing_bitrate: integer(next, 500_000, 5_000_000),
    bytes_discarded_on_send: 0,
    bytes_received: integer(next, 1_000_000, 90_000_000),
    bytes_sent: integer(next, 1_000_000, 90_000_000),
    current_round_trip_time: integer(next, 5, 400) / 1000,
    last_packet_received_timestamp: 0,
    last_packet_sent_timestamp: 0,
    nominated: true,
    packets_discarded_on_send: 0,
    packets_received: integer(next, 1_000, 90_000),
    packets_sent: integer(next, 1_000, 90_000),
    total_round_trip_time: integer(next, 1, 90),
    state: "succeeded",
  };
}
