// Every resource of the service. A new one gets its line here, and nothing else outside its own file names it.
import { activeSession } from "./active-session.ts";
import { analyticsDaywise } from "./analytics-daywise.ts";
import { chat } from "./chat.ts";
import { livestreamSessions } from "./livestream-sessions.ts";
import { participant } from "./participant.ts";
import { participants } from "./participants.ts";
import { peerReport } from "./peer-report.ts";
import { recordings } from "./recordings.ts";
import type { Resource } from "./resource.ts";
import { session } from "./session.ts";
import { sessions } from "./sessions.ts";
import { summary } from "./summary.ts";
import { transcript } from "./transcript.ts";

/** Where a literal segment and an id could both fit a path, the literal comes first. */
export const resources: readonly Resource[] = [
  sessions,
  peerReport,
  session,
  activeSession,
  participants,
  participant,
  chat,
  transcript,
  summary,
  livestreamSessions,
  recordings,
  analyticsDaywise,
];

const byPath: ReadonlyMap<string, Resource> = new Map(resources.map((resource) => [resource.path, resource]));

/** The resource of a path template. */
export function resourceAt(path: string): Resource {
  const found = byPath.get(path);
  if (!found) throw new Error(`no resource at ${path}`);
  return found;
}

const byOperation: ReadonlyMap<string, Resource> = new Map(
  resources.map((resource) => [resource.operationId, resource]),
);

/** The resource that a key is of. */
export const resourceOfKey = (key: string): Resource | undefined => byOperation.get(key.slice(0, key.indexOf(".")));

/** The words of policies, each once, in the order of the registry. */
export const resourceNames: readonly string[] = [...new Set(resources.map(({ name }) => name))];

/** The fields of the items that a word of policies stands for. */
export const fieldsOf = (name: string): readonly string[] =>
  resources.find((resource) => resource.name === name)?.fields ?? [];
