// `GET /sessions/{session_id}/livestream-sessions`: when the session was streamed to viewers outside it. By default as in the published
// example, `data: {data: […], paging}`. Every row holds what would let its reader broadcast: the stream key and the ingest server.
import { jsonAnswer } from "./answer.ts";
import { canaries } from "./canaries.ts";
import { envelopeText } from "./envelope.ts";
import { type LivestreamPlan, livestreamsOf, streamedSeconds } from "./livestream-plan.ts";
import { createQueryReader } from "./query-reader.ts";
import { badRequest, cut, type Generator, notFound, pageOf, rowsAnswer, sessionOf } from "./question.ts";
import { variedText } from "./variants.ts";

const iso = (ms: number) => new Date(ms).toISOString();

export const livestreams: Generator = (question) => {
  const found = sessionOf(question);
  if (!found) return notFound();
  const { nowMs, faults } = question;
  const reader = createQueryReader(question.query);
  const { page, perPage } = pageOf(reader);
  const problem = reader.problem();
  if (problem !== undefined) return badRequest(problem);
  const streams = livestreamsOf(found.plan).filter(({ invokedMs }) => invokedMs <= nowMs);
  const { rows, paging } = cut(streams.toReversed(), { page, perPage, faults });
  const shown = rows.map((stream) => livestreamRow(stream, nowMs));
  switch (faults.one("livestreams")?.form) {
    case "array":
      return rowsAnswer(question, shown, { paging, pagingPlace: "top-level" });
    case "one-object": {
      const text = shown[0] === undefined ? "{}" : variedText(shown[0], faults);
      return jsonAnswer(200, envelopeText({ rows: text, isList: false }, faults));
    }
    default:
      return rowsAnswer(question, shown, { name: "data", paging, pagingPlace: "in-data" });
  }
};

function livestreamRow(stream: LivestreamPlan, nowMs: number): Record<string, unknown> {
  const { id, livestreamId, invokedMs, startedMs, stoppedMs } = stream;
  const hasStopped = stoppedMs <= nowMs;
  const seconds = streamedSeconds(stream, nowMs);
  return {
    id,
    livestream_id: livestreamId,
    err_message: hasStopped ? stream.error : null,
    ingest_seconds: seconds.ingest,
    viewer_seconds: seconds.viewer,
    invoked_time: iso(invokedMs),
    started_time: startedMs <= nowMs ? iso(startedMs) : null,
    stopped_time: hasStopped ? iso(stoppedMs) : null,
    created_at: iso(invokedMs),
    updated_at: iso(hasStopped ? stoppedMs : Math.min(nowMs, startedMs)),
    ingest_server: `rtmps://${canaries.ingestServer}_${livestreamId}.invalid/live`,
    stream_key: `${canaries.streamKey}_${livestreamId}`,
    playback_url: `https://playback.simulator.invalid/${livestreamId}/video.m3u8`,
  };
}
