// Links to the files of artefacts, signed the way S3 and R2 sign a GET: whoever holds the link may read the file until it expires.
// The signature is a checksum that begins with a canary, not cryptography.
import { canaries } from "./canaries.ts";
import { mix } from "./chance.ts";

const dayMs = 86_400_000;

/** How long a link is good, and how long the service keeps the file: seven days. */
export const linkLifeMs = 7 * dayMs;

/** `20261122T100000Z` of epoch milliseconds. */
const compact = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");

function signature(seed: number, path: string, issued: string, seconds: string): string {
  const half = (part: string) => mix(seed, "link", part, path, issued, seconds).toString(16).padStart(8, "0");
  return `${canaries.signature}_${half("left")}${half("right")}`;
}

/** A link to `path` (from `/` on) below `baseUrl`, good from `issuedMs` to `expiresMs`, to the second. */
export function signedLink(
  seed: number,
  baseUrl: string,
  path: string,
  { issuedMs, expiresMs }: { readonly issuedMs: number; readonly expiresMs: number },
): string {
  const issued = compact(issuedMs);
  const seconds = String(Math.floor((expiresMs - Math.floor(issuedMs / 1000) * 1000) / 1000));
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Date": issued,
    "X-Amz-Expires": seconds,
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": signature(seed, path, issued, seconds),
  });
  return `${baseUrl}${path}?${query.toString()}`;
}

/** Whether a link may be used at `nowMs`. */
export function judgeLink(seed: number, url: URL, nowMs: number): "good" | "expired" | "badly-signed" {
  const issued = url.searchParams.get("X-Amz-Date") ?? "";
  const seconds = url.searchParams.get("X-Amz-Expires") ?? "";
  const given = url.searchParams.get("X-Amz-Signature");
  if (given !== signature(seed, url.pathname, issued, seconds)) return "badly-signed";
  const issuedMs = Date.parse(issued.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3:$4:$5Z"));
  return nowMs < issuedMs + Number(seconds) * 1000 ? "good" : "expired";
}
