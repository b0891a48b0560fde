// Ids of the session family, found through the service itself: an ended session with somebody who was in it, and a meeting.
import type { TestService } from "./app.ts";

/** By the names of path parameters. */
export type FamilyIds = { session_id: string; meeting_id: string; participant_id: string; peer_id: string };

type Row = { id: string; associated_id: string };
type List = { data: { sessions: Row[]; participants: Row[] } };

/**
 * `meeting`: the one that the ids belong to; without it the session is the latest and the meeting one that goes on. `before`: an instant
 * (RFC 3339) before which the session started.
 */
export async function findIds(
  { send }: Pick<TestService, "send">,
  base: string,
  { meeting, before }: { meeting?: string; before?: string } = {},
): Promise<FamilyIds> {
  const read = async (target: string) => (await send(`${base}${target}`)).json<List>();
  const filters = [meeting !== undefined && `&associated_id=${meeting}`, before !== undefined && `&end_time=${before}`];
  const ended = await read(`/sessions?status=ENDED&per_page=1${filters.filter(Boolean).join("")}`);
  const live = meeting === undefined ? await read("/sessions?status=LIVE&per_page=1") : undefined;
  const sessionId = ended.data.sessions[0]?.id ?? "";
  const people = await read(`/sessions/${sessionId}/participants?per_page=1`);
  const personId = people.data.participants[0]?.id ?? "";
  const meetingId = meeting ?? live?.data.sessions[0]?.associated_id ?? "";
  if (sessionId === "" || personId === "" || meetingId === "") throw new Error("the world has no such session");
  return { session_id: sessionId, meeting_id: meetingId, participant_id: personId, peer_id: personId };
}
