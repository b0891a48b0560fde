// The faults that can be set, as data: one shape for each kind, from which both the types and the strict validation come.
//
// A fault applies to every call of the API unless `times` (the next n calls), `share` (a seeded part of the calls), `match` (a part
// of the path or query) or `route` says otherwise. What is no call of the API is reached by faults that name its route alone: the files,
// the key of webhooks, and deliveries, whose own kinds (`webhook-faults.ts`) need no name. Faults combine; of several that replace the
// whole answer the first one wins.
import {
  type Check,
  CheckError,
  type Checked,
  fraction,
  headerText,
  isRecord,
  object,
  oneOf,
  optional,
  text,
  wholeNumber,
  withDefault,
} from "./checks.ts";
import { faultRoutes } from "./routes.ts";
import { rowFaultNames } from "./row-faults.ts";
import { deliveryShapes, isDeliveryKind } from "./webhook-faults.ts";

const mebibyte = 1_048_576;
const delayMs = wholeNumber(0, 600_000);
const yearSeconds = 366 * 86_400;

/** When a fault applies. All four may be given; then all must hold. */
const gate = {
  times: optional(wholeNumber(1, 1_000_000)),
  share: optional(fraction()),
  match: optional(text(200)),
  route: optional(oneOf(...faultRoutes)),
};

const shapes = {
  /** Waits before the answer: `latencyMs` and up to `jitterMs` more. */
  latency: { latencyMs: delayMs, jitterMs: withDefault(delayMs, 0) },
  /** An error in one of the shapes seen: RealtimeKit, Cloudflare v4, bare message, HTML page, or no body at all. */
  error: {
    shape: withDefault(oneOf("realtimekit", "v4", "message", "html", "empty"), "realtimekit"),
    status: withDefault(wholeNumber(200, 599), 500),
    code: optional(wholeNumber(-1_000_000, 1_000_000)),
    message: optional(text(10_000)),
    retryAfter: optional(headerText(200)),
  },
  /** Headers at once, then `bytes` of the body every `intervalMs`. */
  "slow-body": { bytes: withDefault(wholeNumber(1, mebibyte), 16), intervalMs: withDefault(delayMs, 100) },
  /** Announces the whole length, sends `afterBytes`, drops the connection. */
  "cut-body": { afterBytes: withDefault(wholeNumber(0, mebibyte), 20) },
  /** Never answers (`headers`), or sends the headers and never the body (`body`). */
  hang: { before: withDefault(oneOf("headers", "body"), "headers") },
  /** Drops the connection without an answer. */
  reset: {},
  /** The body goes wrong as JSON, or in its envelope. `html` is a whole page with status 200. */
  body: {
    form: oneOf(
      "html",
      "not-json",
      "empty",
      "truncated",
      "bom",
      "trailing-junk",
      "nan",
      "duplicate-keys",
      "deep",
      "proto",
      "top-level-array",
      "top-level-null",
      "data-missing",
      "data-null",
      "data-array",
      "sessions-missing",
      "sessions-object",
      "success-false",
      "success-missing",
    ),
  },
  /** The same bytes under another content type. */
  "content-type": { value: withDefault(headerText(200), "text/plain") },
  /** A valid list of at least `bytes` bytes, streamed without a length. */
  "huge-body": { bytes: withDefault(wholeNumber(1, 256 * mebibyte), 60 * mebibyte) },
  /** Valid JSON of `bytes` bytes, sent as a thousandth of that under `content-encoding: gzip`. */
  "gzip-bomb": { bytes: withDefault(wholeNumber(1, 256 * mebibyte), 60 * mebibyte) },
  /** The answer, gzipped once (`gzip`) or twice (`gzip, gzip`). */
  encoding: { layers: withDefault(wholeNumber(1, 2), 2) },
  /** A redirect to a path of the same origin, to another origin, or to `location`. */
  redirect: {
    status: withDefault(wholeNumber(300, 308), 302),
    to: withDefault(oneOf("same", "other"), "same"),
    location: optional(headerText(2000)),
  },
  /** Repeats all request headers in an error body and in response headers, sets a cookie, names a server. */
  echo: { status: withDefault(wholeNumber(200, 599), 403) },
  /** Breaks rows; `any` draws one of the row faults for each. */
  rows: {
    fault: withDefault(oneOf("any", ...rowFaultNames), "any"),
    which: withDefault(oneOf("first", "half", "all"), "first"),
  },
  /** An empty list and success, whatever is going on. */
  "empty-list": {},
  /** With every call one more row stands before all others, as if a session had started since the last. */
  "shifted-pages": {},
  /** Paging in another form, or none. */
  paging: {
    form: oneOf(
      "missing",
      "top-level",
      "in-data",
      "zero-based",
      "strings",
      "null",
      "negative",
      "contradicting",
      "empty-object",
    ),
  },
  /** LIVE rows without `ended_at` instead of null. */
  "ended-at-absent": {},
  /** Counts pages from 0: `page_no=1` is the second page. */
  "pages-from-zero": {},
  /** Session rows as documented, or with the undocumented fields that clients of the live service decode. */
  "row-fields": { form: oneOf("documented", "observed") },
  /** The details of a session under `data.session`, as until May 2026, instead of in `data` itself. */
  details: { form: withDefault(oneOf("nested", "flat"), "nested") },
  /** Members of chat, transcript and summary all in one way of writing. */
  "artefact-names": { form: oneOf("camel-case", "snake-case") },
  /** What becomes of every artefact, whatever the session's own has come to. */
  "artefact-state": { state: oneOf("ready", "empty", "placeholder", "absent") },
  /** How an artefact that is not there is answered. */
  "artefact-absent": { form: oneOf("not-found", "bad-request", "null", "null-link") },
  /** The expiry of a link, which is none; the link itself stays as it is. */
  "artefact-expiry": { form: withDefault(oneOf("unparsable", "missing", "null", "number", "past"), "unparsable") },
  /** `data` of a session's livestreams: the array itself, `{data: […]}`, or the newest one alone. */
  livestreams: { form: oneOf("array", "in-data", "one-object") },
  /** Sizes and seconds as texts. */
  "numbers-as-text": {},
  /** Instants with a blank and microseconds: `2026-11-22 10:00:00.000000Z`. */
  times: { form: withDefault(oneOf("blank-and-microseconds"), "blank-and-microseconds") },
  /** A peer report that lacks `peer_report`, or has null there. */
  "peer-report": { form: withDefault(oneOf("missing", "null"), "missing") },
  /** Fields that nobody knows, in every object of `data`. */
  "extra-fields": {},
  /** A file that never ends, or ranges answered wrongly. Only with `route` `file`. */
  file: { form: oneOf("endless", "wrong-range", "ignored-range", "html-range") },
  /** What the verify endpoints say of the token: whose it is, its status, and from when to when it holds. */
  token: {
    owner: withDefault(oneOf("user", "account"), "user"),
    status: withDefault(oneOf("active", "disabled", "expired"), "active"),
    startsInSeconds: optional(wholeNumber(0, yearSeconds)),
    endsInSeconds: optional(wholeNumber(0, yearSeconds)),
  },
  /** The API still shows the world as it was `lagMs`, and up to `jitterMs` more, before: it comes after its own webhooks. */
  lag: { lagMs: withDefault(wholeNumber(0, 10_000), 5_000), jitterMs: withDefault(wholeNumber(0, 10_000), 0) },
  /** The rate headers tell the truth about the window, or are not sent. */
  "rate-headers": { form: oneOf("truthful", "absent") },
  ...deliveryShapes,
};

type Shapes = typeof shapes;

/** The name of a kind of fault. */
export type FaultKind = keyof Shapes;

/** A fault of one kind, with its defaults filled in. */
export type FaultOf<Kind extends FaultKind> = Kind extends FaultKind
  ? { readonly kind: Kind } & Checked<Shapes[Kind]> & Partial<Checked<typeof gate>>
  : never;

export type Fault = FaultOf<FaultKind>;

/** A fault as it may be written: everything that has a default may be left out. */
export type FaultInput = {
  readonly [Kind in FaultKind]: { readonly kind: Kind } & Partial<Omit<FaultOf<Kind>, "kind">>;
}[FaultKind];

export const faultKinds: readonly FaultKind[] = Object.keys(shapes).filter(isKind);

/** Faults in one set, at most. */
export const faultsMax = 50;

function isKind(name: string): name is FaultKind {
  return Object.hasOwn(shapes, name);
}

const checkers = new Map<FaultKind, Check<object>>(
  faultKinds.map((kind) => [kind, object({ kind: oneOf(kind), ...gate, ...shapes[kind] }, "a fault")]),
);

/** A list of faults with defaults filled in. Throws a `CheckError` that names the place and the unknown key. */
export function parseFaults(input: unknown): readonly Fault[] {
  if (!Array.isArray(input)) throw new CheckError("faults", "must be an array of faults");
  if (input.length > faultsMax) throw new CheckError("faults", `must be at most ${faultsMax}`);
  return input.map((entry: unknown, index) => parseFault(entry, `faults[${index}]`));
}

function parseFault(entry: unknown, place: string): Fault {
  const fault = parseShape(entry, place);
  if (isDeliveryKind(fault.kind) && fault.route !== undefined && fault.route !== "delivery") {
    throw new CheckError(`${place}.route`, "must be delivery, or absent");
  }
  return fault;
}

function parseShape(entry: unknown, place: string): Fault {
  const kind = isRecord(entry) ? entry["kind"] : undefined;
  const check = typeof kind === "string" && isKind(kind) ? checkers.get(kind) : undefined;
  if (!check) throw new CheckError(`${place}.kind`, `must be one of ${faultKinds.join(", ")}`);
  return asFault(check(entry, place));
}

/** The one cast: the object has passed the checker of its own kind, from which `Fault` is inferred. */
function asFault(checked: object): Fault {
  return checked as Fault;
}
