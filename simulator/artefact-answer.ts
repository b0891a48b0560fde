// How chat, transcript and summary are answered: a link and its expiry under the names of each, or the refusal for what is not there.
//
// What is in a file can be read off the path of its link (`…/empty/…`, `…/default/…`), so that a link made by a fault leads to a
// file too.
import { type Answer, jsonAnswer } from "./answer.ts";
import { type ArtefactKind, artefactOf, type ArtefactState } from "./artefacts.ts";
import { artefactPath } from "./file-paths.ts";
import { linkLifeMs, signedLink } from "./links.ts";
import { badRequest, notFound, type Question, sessionOf, thingAnswer } from "./question.ts";

/** The members of an answer: `session` is absent where the service names no session. */
export type ArtefactNames = {
  readonly session?: "sessionId" | "session_id";
  readonly url: string;
  readonly expiry: string;
};

/** Answers for one artefact of the path's session. `extension` is that of the file. */
export function artefactAnswer(
  question: Question,
  kind: ArtefactKind,
  { names, extension }: { readonly names: ArtefactNames; readonly extension: string },
): Answer {
  const found = sessionOf(question);
  if (!found) return notFound();
  const { plan } = found;
  const { faults, nowMs, seed, filesBaseUrl } = question;
  const used = namesUnder(kind, names, faults.one("artefact-names")?.form);
  const sessionMember = used.session && { [used.session]: plan.id };
  const own = artefactOf(plan, kind);
  const forced = faults.one("artefact-state")?.state;
  const readyMs = forced === undefined ? own.readyMs : plan.endMs;
  const state: ArtefactState = forced ?? (nowMs < readyMs ? "absent" : own.state);

  if (state === "absent") {
    switch (faults.one("artefact-absent")?.form) {
      case "bad-request":
        return badRequest(`no ${kind} found for session ${plan.id}`);
      case "null":
        return jsonAnswer(200, '{"success":true,"data":null}');
      case "null-link":
        return thingAnswer(question, { ...sessionMember, [used.url]: null, [used.expiry]: null });
      default:
        return notFound(`No ${kind} found for session ${plan.id}`);
    }
  }
  const issuedMs = Math.min(readyMs, nowMs);
  const expiresMs = issuedMs === readyMs ? plan.endMs + linkLifeMs : nowMs + linkLifeMs;
  const path = artefactPath(plan, kind, state, extension);
  return thingAnswer(question, {
    ...sessionMember,
    [used.url]: signedLink(seed, filesBaseUrl, path, { issuedMs, expiresMs }),
    ...expiryMember(used.expiry, expiresMs, question),
  });
}

/** The expiry under its name, or spoilt. */
export function expiryMember(name: string, expiresMs: number, { faults, nowMs }: Question): Record<string, unknown> {
  switch (faults.one("artefact-expiry")?.form) {
    case "missing":
      return {};
    case "null":
      return { [name]: null };
    case "unparsable":
      return { [name]: "next Tuesday, about noon" };
    case "number":
      return { [name]: Math.floor(expiresMs / 1000) };
    case "past":
      return { [name]: new Date(nowMs - 60_000).toISOString() };
    case undefined:
      return { [name]: new Date(expiresMs).toISOString() };
  }
}

function namesUnder(kind: ArtefactKind, names: ArtefactNames, form: "camel-case" | "snake-case" | undefined) {
  if (form === undefined) return names;
  const isCamel = form === "camel-case";
  return {
    ...(names.session && { session: isCamel ? "sessionId" : "session_id" }),
    url: isCamel ? `${kind}DownloadUrl` : `${kind}_download_url`,
    expiry: isCamel ? `${kind}DownloadUrlExpiry` : `${kind}_download_url_expiry`,
  };
}
