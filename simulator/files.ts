// The origin of the files: what a signed link leads to, as S3 and R2 answer it. It takes GET alone, because a link is signed for a method.
//
// It has no state of its own: what lies at a path follows from the path, the seed and the time.
import type { Answer } from "./answer.ts";
import type { ActiveFaults } from "./fault-plan.ts";
import { artefactFile, emptyFile, type FileContent, filler, recordingFile } from "./file-contents.ts";
import { fileAt } from "./file-paths.ts";
import { judgeLink } from "./links.ts";
import { recordingsOf } from "./recording-plan.ts";
import type { Session } from "./world.ts";

/** What the origin knows of the world. */
export type FilesWorld = {
  readonly seed: number;
  readonly nowMs: number;
  find(appId: string, sessionId: string): Session | undefined;
};

/** Answers a request for a file. */
export function fileAnswer(request: Request, world: FilesWorld, faults: ActiveFaults): Answer {
  if (request.method !== "GET") return refusal(403, "SignatureDoesNotMatch", "The link is signed for GET.");
  const url = new URL(request.url);
  switch (judgeLink(world.seed, url, world.nowMs)) {
    case "badly-signed":
      return refusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.");
    case "expired":
      return refusal(403, "AccessDenied", "Request has expired");
    case "good":
  }
  const content = contentAt(url.pathname, world);
  if (!content) return refusal(404, "NoSuchKey", "The specified key does not exist.");
  const form = faults.one("file")?.form;
  if (form === "endless") return whole({ ...content, size: Infinity, bytes: filler });
  const range = form === "ignored-range" ? undefined : rangeOf(request.headers.get("range"), content.size);
  if (range === undefined) return whole(content);
  if (range === "unsatisfiable") {
    return refusal(416, "InvalidRange", "The requested range is not satisfiable", [
      ["content-range", `bytes */${content.size}`],
    ]);
  }
  if (form === "html-range") return html(range);
  const shown = form === "wrong-range" ? `bytes ${range.from + 7}-${range.to + 7}/1` : rangeText(range, content.size);
  return {
    status: 206,
    headers: [...headersOf(content), ["content-range", shown], ["content-length", String(range.to - range.from)]],
    body: () => content.bytes(range.from, range.to),
    gzipLayers: 0,
    pace: { manner: "whole" },
  };
}

function contentAt(path: string, { find }: FilesWorld): FileContent | undefined {
  const at = fileAt(path);
  if (!at) return undefined;
  if (at.what === "empty") return emptyFile(at.extension);
  const session = find(at.appId, at.sessionId);
  if (!session) return undefined;
  if (at.what === "artefact") return artefactFile(session.plan, at.kind, at.extension);
  const recording = recordingsOf(session.plan).find(({ id }) => id === at.recordingId);
  return recording && recordingFile(recording, at.file);
}

/** A stretch of a file; `to` is exclusive. */
type Range = { readonly from: number; readonly to: number };

const rangeText = ({ from, to }: Range, size: number) => `bytes ${from}-${to - 1}/${size}`;

/** What a `Range` header asks for (RFC 9110 section 14.2). Several ranges, or none in a known form, ask for the whole. */
function rangeOf(header: string | null, size: number): Range | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  if (first === "") {
    const length = Math.min(size, Number(last));
    return length === 0 ? "unsatisfiable" : { from: size - length, to: size };
  }
  const from = Number(first);
  if (last !== "" && Number(last) < from) return undefined;
  if (from >= size) return "unsatisfiable";
  return { from, to: last === "" ? size : Math.min(size, Number(last) + 1) };
}

function headersOf({ type }: FileContent): Answer["headers"] {
  return [
    ["content-type", type],
    ["accept-ranges", "bytes"],
    ["server", "simulated-files"],
  ];
}

function whole(content: FileContent): Answer {
  const length: Answer["headers"] = content.size === Infinity ? [] : [["content-length", String(content.size)]];
  return {
    status: 200,
    headers: [...headersOf(content), ...length],
    body: () => content.bytes(0, content.size),
    gzipLayers: 0,
    pace: { manner: "whole" },
  };
}

/** A page that claims to be the stretch asked for. */
function html(range: Range): Answer {
  return {
    status: 206,
    headers: [
      ["content-type", "text/html; charset=UTF-8"],
      ["content-range", rangeText(range, range.to)],
    ],
    body: "<!DOCTYPE html><script>alert(1)</script>",
    gzipLayers: 0,
    pace: { manner: "whole" },
  };
}

function refusal(status: number, code: string, message: string, headers: Answer["headers"] = []): Answer {
  return {
    status,
    headers: [["content-type", "application/xml"], ...headers],
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    gzipLayers: 0,
    pace: { manner: "whole" },
  };
}
