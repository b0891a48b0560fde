// If-None-Match (RFC 9110 section 13.1.2): does the client already have these bytes?

const headerLengthMax = 4_096;

/** Weak comparison against a list of validators, or `*`. A header that is too long or makes no sense matches nothing. */
export function etagMatches(header: string | undefined, etag: string): boolean {
  if (header === undefined || header.length > headerLengthMax) return false;
  if (header === etag || header.trim() === "*") return true;
  return header.split(",").some((validator) => validator.trim().replace(/^W\//, "") === etag);
}
