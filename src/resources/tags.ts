// What touches what: the tags of a question, and the tags that a change touches. A page is stale once one of its question's tags was touched
// after its load began.
//
// - A session began or ended, or somebody joined or left: lists of the app, lists and the active session of its meeting, what hangs on it.
// - A file of a session is ready: its chat, transcript and summary.
// - A purge of an app: everything of the app.
// - A purge of a meeting: lists of the app, those of the meeting, everything that hangs on any session.
// - A purge of a session: every list, and what hangs on the session.
//
// An event that names no meeting or no session touches all of them. A purge reaches further than what it names, because a question about a
// session does not say which meeting that is of.
import type { Change } from "./change.ts";
import type { Resource, Values } from "./resource.ts";

const everything = (appId: string) => `app:${appId}`;
const appLists = (appId: string) => `lists:${appId}`;
const meetingLists = (appId: string) => `meetings:${appId}`;
const meetingList = (appId: string, meeting: string) => `meeting:${appId}/${meeting.toLowerCase()}`;
const sessions = (appId: string) => `sessions:${appId}`;
const session = (appId: string, id: string) => `session:${appId}/${id}`;
const files = (appId: string, id: string) => `files:${appId}/${id}`;
const heard = (appId: string) => `heard:${appId}`;

type Asked = { appId: string; ids: Readonly<Record<string, string>>; query: Values };

/** `closesAt` in epoch milliseconds: what happens later touches the question no more, but for a purge. */
export function tagsOf(
  resource: Pick<Resource, "owner" | "withFile" | "closesAt">,
  { appId, ids, query }: Asked,
): { tags: readonly string[]; closesAt?: number | undefined } {
  const { owner, withFile, closesAt } = resource;
  const tags = [everything(appId)];
  const { session_id: sessionId } = ids;
  const meeting = owner.by === "path" ? ids[owner.id] : owner.by === "field" ? query[owner.parameter] : undefined;
  if (sessionId !== undefined) {
    tags.push(sessions(appId), session(appId, sessionId));
    if (withFile) tags.push(files(appId, sessionId));
  } else if (meeting !== undefined) tags.push(meetingLists(appId), meetingList(appId, String(meeting)));
  else tags.push(appLists(appId));
  return { tags, closesAt: closesAt?.(query) };
}

/** What every event about an app touches, whatever it is about. */
export const heardBy = ({ appId }: { appId: string }) => ({ tags: [heard(appId)] });

export function tagsTouchedBy({ appId, meeting, session: id, about }: Change): string[] {
  switch (about) {
    case "session":
      return [
        heard(appId),
        appLists(appId),
        meeting === undefined ? meetingLists(appId) : meetingList(appId, meeting),
        id === undefined ? sessions(appId) : session(appId, id),
      ];
    case "files":
      return [heard(appId), id === undefined ? sessions(appId) : files(appId, id)];
    case "purge":
      if (id !== undefined) return [appLists(appId), meetingLists(appId), session(appId, id)];
      return meeting === undefined
        ? [everything(appId)]
        : [appLists(appId), meetingList(appId, meeting), sessions(appId)];
  }
}
