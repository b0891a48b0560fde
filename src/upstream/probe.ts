// Looks at a file that an answer of the upstream links to: is there anything in it? A link alone does not say so.
//
// The link is the upstream's word, not ours, so it is asked for only at hosts of a list, over https (http on loopback), without
// credentials, without following a redirect, for one byte, and for five seconds at most. What its headers say is not believed: the first
// byte decides.
import { settleWithin } from "../ground/deadline.ts";
import type { FileState } from "../ground/file-state.ts";
import type { Clock, Report } from "../ground/runtime.ts";
import { isLoopback } from "./address.ts";
import { discard } from "./body.ts";
import type { Fetch } from "./client.ts";

/** Settles by the deadline (epoch milliseconds) and within five seconds; never rejects. */
export type Probe = (link: string, context: { deadlineAt: number; report: Report }) => Promise<FileState>;

const probeMsMax = 5_000;

/** `hosts`: suffixes of host names, such as `.r2.cloudflarestorage.com`; one that does not begin with a dot is a whole name. */
export function createProbe({ fetch, clock, hosts }: { fetch: Fetch; clock: Clock; hosts: readonly string[] }): Probe {
  const isAllowed = ({ protocol, hostname, username, password }: URL) =>
    (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) &&
    username === "" &&
    password === "" &&
    hosts.some((host) => (host.startsWith(".") ? hostname.endsWith(host) : hostname === host));

  async function look(link: string, signal: AbortSignal): Promise<FileState> {
    const response = await fetch(link, { method: "GET", headers: { range: "bytes=0-0" }, redirect: "manual", signal });
    const { status, body } = response;
    // RFC 9110 section 15.5.17: of an empty file, no byte can be had.
    if (status === 416) return end(response, "empty");
    if (status !== 200 && status !== 206) return end(response, "unavailable");
    if (body === null) return "empty";
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    let first = await reader.read();
    while (!first.done && first.value.byteLength === 0) first = await reader.read();
    void reader.cancel().catch(() => {});
    return first.done ? "empty" : "filled";
  }

  const end = (response: Response, state: FileState) => {
    discard(response);
    return state;
  };

  return async (link, { deadlineAt, report }) => {
    const refuse = (reason: string): FileState => {
      report({ type: "artefact.unavailable", reason });
      return "unavailable";
    };
    if (!URL.canParse(link) || !isAllowed(new URL(link))) return refuse("host");
    const aborter = new AbortController();
    const forMs = Math.min(probeMsMax, deadlineAt - clock.now());
    const settled = await settleWithin(look(link, aborter.signal), forMs, clock);
    aborter.abort();
    if (settled.state !== "value") return refuse(settled.state === "late" ? "late" : "network");
    return settled.value === "unavailable" ? refuse("status") : settled.value;
  };
}
