// Whose an answer of the upstream is, written into it: a mark in every text that is shown as it is, and in `meta` of whatever has an id;
// ids themselves are handed out with their owner.
import { isRecord } from "../../src/ground/plain-data.ts";

export type Owner = { appId: string; meeting: string };

const markPattern = /§([\w-]+)\/([\w?-]+)§/g;
const markOf = ({ appId, meeting }: Owner) => `§${appId}/${meeting}§`;

/** Whose answers show in these bytes. */
export const ownersIn = (text: string): Owner[] =>
  [...text.matchAll(markPattern)].map(([, appId = "", meeting = ""]) => ({ appId, meeting }));

/** What nobody else's answer has. */
export const idsIn = (text: string): Set<string> => new Set(text.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g));

export type Marking = {
  appId: string;
  /** Stands before every mark, so that no page is the same at two moments. */
  moment: number;
  /** Below the app, with its ids. */
  path: string;
  /** Whether each row has an owner of its own. */
  isList: boolean;
  /** By the ids of meetings and sessions. */
  meetings: ReadonlyMap<string, string>;
  remember(text: string, owner: Owner): void;
};

/** The body with marks. One that can't be read stays as it is. */
export function marked(text: string, marking: Marking): string {
  const body = parsed(text);
  if (!isRecord(body)) return text;
  const { data } = body;
  const rows = marking.isList ? (rowsIn(data) ?? []) : [data];
  for (const row of rows) {
    if (!isRecord(row) && !Array.isArray(row)) continue;
    const content = JSON.stringify(row);
    const owner = { appId: marking.appId, meeting: meetingOf(content, marking) };
    marking.remember(content, owner);
    mark(row, `${marking.moment} ${markOf(owner)}`);
  }
  return JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const rowsIn = (data: unknown): unknown[] | undefined =>
  [data, ...(isRecord(data) ? Object.values(data) : [])].find((value) => Array.isArray(value));

/** The meeting of the first id that is known: in the address, else in the answer. `?` where there is none. */
function meetingOf(content: string, { path, meetings }: Marking): string {
  for (const [name] of `${path} ${content}`.matchAll(/[\w-]+/g)) {
    const meeting = meetings.get(name);
    if (meeting !== undefined) return meeting;
  }
  return "?";
}

const isShownAsItIs = (name: string, value: unknown): value is string =>
  typeof value === "string" && /(?:name|title|message)$/.test(name) && !/^[A-Z_]*$/.test(value);

function mark(value: unknown, text: string): void {
  if (Array.isArray(value)) value.forEach((each) => mark(each, text));
  if (!isRecord(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (isShownAsItIs(name, member)) value[name] = `${member} ${text}`;
    else mark(member, text);
  }
  if (typeof value["id"] === "string") value["meta"] = { about: text };
}
