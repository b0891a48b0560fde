// What faults do to a whole answer: replace it (redirect, error, echo, huge bodies), spoil its text, dress it in another
// content type or encoding, or slow its delivery down.
import { type Answer, htmlAnswer, jsonAnswer, type Pace, realtimekitError, v4Error } from "./answer.ts";
import type { ActiveFaults } from "./fault-plan.ts";
import type { FaultOf } from "./faults.ts";
import { redirectTarget } from "./routes.ts";

/** Where redirects to another origin lead unless told otherwise. */
const otherOrigin = "https://other-origin.invalid";

/** The answer that takes the place of the real one, if a fault asks for that. */
export function replacement(faults: ActiveFaults, headers: Headers, origin: string): Answer | undefined {
  const redirect = faults.one("redirect");
  if (redirect) {
    const location = redirect.location ?? (redirect.to === "same" ? origin : otherOrigin) + redirectTarget;
    return { ...jsonAnswer(redirect.status, ""), headers: [["location", location]] };
  }
  const error = faults.one("error");
  if (error) return errorAnswer(error);
  const echo = faults.one("echo");
  if (echo) return echoAnswer(echo.status, headers);
  const huge = faults.one("huge-body");
  if (huge) return { ...jsonAnswer(200, ""), body: () => hugeList(huge.bytes) };
  const bomb = faults.one("gzip-bomb");
  if (bomb) return { ...jsonAnswer(200, ""), body: () => padded(bomb.bytes), gzipLayers: 1 };
  if (faults.one("body")?.form === "html") return htmlAnswer(200, "It works!");
  return undefined;
}

function errorAnswer({ shape, status, code, message, retryAfter }: FaultOf<"error">): Answer {
  const headers: Answer["headers"] = retryAfter === undefined ? [] : [["retry-after", retryAfter]];
  switch (shape) {
    case "realtimekit":
      return realtimekitError(status, message ?? "Error: something went wrong", code, headers);
    case "v4":
      return v4Error(status, code ?? 10_000, message ?? "Authentication error", headers);
    case "message":
      return jsonAnswer(status, JSON.stringify({ message: message ?? "Unauthorized" }), headers);
    case "html":
      return htmlAnswer(status, message ?? "Web server is returning an unknown error", headers);
    case "empty":
      return { ...jsonAnswer(status, ""), headers };
  }
}

function echoAnswer(status: number, headers: Headers): Answer {
  const all = JSON.stringify([...headers]);
  const authorization = (headers.get("authorization") ?? "").replace(/[^\x20-\x7e]/g, "?");
  return v4Error(status, 9109, `Refused a request with the headers ${all}`, [
    ["set-cookie", "__cf_bm=simulated-cookie; path=/; HttpOnly; Secure"],
    ["x-echo-authorization", authorization],
    ["server", "simulator"],
    ["access-control-allow-origin", "*"],
    ["cache-control", "public, max-age=86400"],
  ]);
}

const chunkLength = 65_536;

function* hugeList(bytes: number): Iterable<string> {
  const row = `{"id":"00000000-0000-4000-8000-000000000000","status":"ENDED","filler":"${"x".repeat(900)}"}`;
  const block = `${row},`.repeat(Math.floor(chunkLength / row.length));
  yield '{"success":true,"data":{"sessions":[';
  for (let sent = 0; sent < bytes; sent += block.length) yield block;
  yield `${row}]}}`;
}

function* padded(bytes: number): Iterable<string> {
  yield '{"success":true,"data":{"sessions":[]},"padding":"';
  const block = "0".repeat(chunkLength);
  for (let left = bytes; left > 0; left -= chunkLength) yield left < chunkLength ? block.slice(0, left) : block;
  yield '"}';
}

/** The answer with spoilt text, other headers, and the pace that faults ask for. */
export function dressed(answer: Answer, faults: ActiveFaults): Answer {
  let result = answer;
  const form = faults.one("body")?.form;
  if (form !== undefined && typeof result.body === "string") result = { ...result, body: spoilt(result.body, form) };
  const type = faults.one("content-type");
  if (type) {
    const others = result.headers.filter(([name]) => name !== "content-type");
    result = { ...result, headers: [["content-type", type.value], ...others] };
  }
  const encoding = faults.one("encoding");
  const gzipLayers = result.gzipLayers + (encoding?.layers ?? 0);
  const pace = paceOf(faults) ?? result.pace;
  const encodings = Array.from({ length: gzipLayers }, () => "gzip").join(", ");
  const headers: Answer["headers"] =
    gzipLayers === 0 ? result.headers : [...result.headers, ["content-encoding", encodings]];
  return { ...result, headers, gzipLayers, pace };
}

function spoilt(body: string, form: FaultOf<"body">["form"]): string {
  switch (form) {
    case "not-json":
      return "upstream connect error or disconnect/reset before headers";
    case "empty":
      return "";
    case "truncated":
      return body.slice(0, Math.floor(body.length / 2));
    case "bom":
      return `\uFEFF${body}`;
    case "trailing-junk":
      return `${body}\n<!-- served by simulator -->`;
    default:
      return body;
  }
}

function paceOf(faults: ActiveFaults): Pace | undefined {
  if (faults.one("hang")?.before === "body") return { manner: "hang" };
  const cut = faults.one("cut-body");
  if (cut) return { manner: "cut", afterBytes: cut.afterBytes };
  const slow = faults.one("slow-body");
  return slow && { manner: "slow", bytes: slow.bytes, intervalMs: slow.intervalMs };
}
