// Ids of the session family, found through the service itself: an ended session with somebody who was in it, and a meeting that goes on.
import type { TestService } from "./app.ts";

/** By the names of path parameters. */
export type FamilyIds = { session_id: string; meeting_id: string; participant_id: string; peer_id: string };

type Row = { id: string; associated_id: string };
type List = { data: { sessions: Row[]; participants: Row[] } };

export async function findIds({ send }: Pick<TestService, "send">, base: string): Promise<FamilyIds> {
  const read = async (target: string) => (await send(`${base}${target}`)).json<List>();
  const ended = await read("/sessions?status=ENDED&per_page=1");
  const live = await read("/sessions?status=LIVE&per_page=1");
  const sessionId = ended.data.sessions[0]?.id ?? "";
  const people = await read(`/sessions/${sessionId}/participants?per_page=1`);
  const personId = people.data.participants[0]?.id ?? "";
  const meetingId = live.data.sessions[0]?.associated_id ?? "";
  if (sessionId === "" || personId === "" || meetingId === "") throw new Error("the world has no such session");
  return { session_id: sessionId, meeting_id: meetingId, participant_id: personId, peer_id: personId };
}
