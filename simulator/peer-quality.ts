// The second half of a peer report: measurements every half minute, and what they come to over the whole call. The series make a report
// as large as the call was long, so they end after four hours.
import { integer, mix, pick, type Stream, streamOf } from "./chance.ts";
import type { Participant } from "./people.ts";
import type { Plan } from "./timeline.ts";

const intervalMs = 30_000;
const pointsMax = 480;

const kinds = ["audio", "video", "screenshare_audio", "screenshare_video"] as const;
const sides = ["consumer", "producer"] as const;

const part = (next: Stream) => integer(next, 0, 1000) / 10_000;

/** The measured quality of a participant's report: a series and its sum for each kind of media, in each direction. */
export function peerQuality(plan: Plan, participant: Participant): Record<string, unknown> {
  const { id, joinMs, leaveMs } = participant;
  const next = streamOf(mix(plan.seed, id), "quality");
  const sharesScreen = next() < 0.2;
  const points = Math.min(pointsMax, Math.floor((leaveMs - joinMs) / intervalMs) + 1);
  const quality: Record<string, unknown> = {};
  for (const kind of kinds) {
    const isVideo = kind.endsWith("video");
    const isThere = sharesScreen || !kind.startsWith("screenshare");
    for (const side of sides) {
      const point = (_: unknown, place: number) => ({
        ...measured(next, id, joinMs + place * intervalMs),
        ...(isVideo && frames(next)),
        ...(side === "producer" && isVideo && limits(next)),
        ...(side === "consumer" && { jitter_buffer_delay: integer(next, 5, 300), peer_id: id }),
      });
      quality[`${kind}_${side}`] = isThere ? Array.from({ length: points }, point) : [];
      quality[`${kind}_${side}_cumulative`] = isThere ? cumulative(next, side, isVideo) : null;
    }
  }
  return quality;
}

function measured(next: Stream, id: string, atMs: number): object {
  return {
    timestamp: new Date(atMs).toISOString(),
    bytes: integer(next, 1000, 900_000),
    concealment_events: integer(next, 0, 4),
    jitter: part(next),
    mid: "0",
    mos_quality: integer(next, 300, 500) / 100,
    packets: integer(next, 100, 3000),
    packets_lost: integer(next, 0, 20),
    producer_id: `${id}-producer`,
    rtt: part(next),
    ssrc: integer(next, 1_000_000, 9_000_000),
  };
}

function frames(next: Stream): object {
  return {
    fps: integer(next, 10, 30),
    frame_width: 1280,
    frame_height: 720,
    frames_dropped: integer(next, 0, 5),
    key_frames: integer(next, 0, 3),
    freeze_count: integer(next, 0, 2),
  };
}

function limits(next: Stream): object {
  return {
    quality_limitation_durations: { bandwidth: integer(next, 0, 9), cpu: 0, none: integer(next, 10, 30), other: 0 },
    quality_limitation_reason: pick(next, ["none", "none", "bandwidth", "cpu", "other"]),
    quality_limitation_resolution_changes: integer(next, 0, 3),
  };
}

function cumulative(next: Stream, side: (typeof sides)[number], isVideo: boolean): object {
  const delay = {
    "100ms_or_greater_event_fraction": part(next),
    "250ms_or_greater_event_fraction": part(next),
    "500ms_or_greater_event_fraction": part(next),
    avg: part(next),
  };
  const mos = () => integer(next, 350, 480) / 100;
  return {
    packet_loss: {
      "5_or_greater_event_fraction": part(next),
      "10_or_greater_event_fraction": part(next),
      "25_or_greater_event_fraction": part(next),
      "50_or_greater_event_fraction": part(next),
      avg: part(next),
    },
    quality_mos: { avg: mos(), p50: mos(), p75: mos(), p90: mos() },
    ...(side === "producer" ? { rtt: delay } : { jitter_buffer_delay: delay }),
    ...(isVideo && {
      frame_rate: { avg: integer(next, 15, 30) },
      issues: { bandwidth_quality_limitation_fraction: part(next), no_video_fraction: 0 },
      key_frames_fraction: part(next),
    }),
    high_negative_feedback_fraction: part(next),
  };
}
