// `GET /sessions/peer-report/{peer_id}`: what was measured of one participant's connection. There some minutes after the end.
//
// It is the one answer full of what must not be passed on: addresses of machines, places, descriptions of connections.
import { integer, streamOf } from "./chance.ts";
import { mayBeOf, participantRow, participantsOf } from "./people.ts";
import { peerMetadata } from "./peer-metadata.ts";
import { peerQuality } from "./peer-quality.ts";
import { createQueryReader } from "./query-reader.ts";
import { badRequest, type Generator, notFound, thingAnswer } from "./question.ts";
import type { Plan } from "./timeline.ts";

const parts = ["device_info", "ip_information", "precall_network_information", "events", "quality_stats"] as const;

/** From when on the reports of a session's participants are there, in epoch milliseconds. */
export function reportReadyMs(plan: Plan): number {
  return plan.endMs + integer(streamOf(plan.seed, "report"), 60_000, 300_000);
}

export const peerReport: Generator = (question) => {
  const { moment, nowMs, params, faults } = question;
  const peerId = params["peer_id"] ?? "";
  const reader = createQueryReader(question.query);
  const withEvents = reader.flag("include_peer_events");
  // The schema says one of these words, older prose a list with commas: both are read here.
  const wanted = reader.text("filters")?.split(",");
  if (wanted?.some((word) => !parts.some((part) => part === word)) === true) {
    reader.refuse(`"filters" must be one of [${parts.join(", ")}]`);
  }
  const problem = reader.problem();
  if (problem !== undefined) return badRequest(problem);

  for (const { plan } of moment.sessions.slice(0, moment.count)) {
    if (!mayBeOf(plan, peerId)) continue;
    const participant = participantsOf(plan).find(({ id }) => id === peerId);
    if (!participant || nowMs < reportReadyMs(plan)) continue;
    const { preset_name: role, ...row } = participantRow(plan, participant, nowMs, { withEvents });
    const form = faults.one("peer-report")?.form;
    const report =
      form === "missing"
        ? {}
        : form === "null"
          ? { peer_report: null }
          : {
              peer_report: {
                metadata: picked(peerMetadata(plan, participant), wanted),
                ...((wanted?.includes("quality_stats") ?? true) && { quality: peerQuality(plan, participant) }),
              },
            };
    return thingAnswer(question, { ...row, role, session_id: plan.id, ...report }, "participant");
  }
  return notFound();
};

const membersOf: Readonly<Record<string, string>> = {
  device_info: "device_info",
  ip_information: "ip_information",
  precall_network_information: "pc_metadata",
  events: "events",
};

function picked(metadata: Record<string, unknown>, wanted: readonly string[] | undefined): Record<string, unknown> {
  if (!wanted) return metadata;
  const names = wanted.map((word) => membersOf[word]);
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => names.includes(name)));
}
