// Where a person goes after the login: a place of this service, and nothing that only looks like one.
//
// Browsers forgive much: a backslash counts as a slash, tabs and line breaks inside an address count as nothing, and what begins with two
// slashes is another host, also after dot segments are resolved. So only printable ASCII is taken, and what counts is how the platform
// itself reads it.

const lengthMax = 512;

/** Path, query and fragment at this origin; undefined for everything else. */
export function readReturnTo(text: string, publicUrl: string): string | undefined {
  if (text.length > lengthMax || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return undefined;
  if (!URL.canParse(text, publicUrl)) return undefined;
  const { origin, pathname, search, hash } = new URL(text, publicUrl);
  const isHere = origin === publicUrl && !pathname.startsWith("//");
  // Back to the login itself would go round in circles, or log out.
  return isHere && !/^\/auth(?:\/|$)/i.test(pathname) ? pathname + search + hash : undefined;
}
