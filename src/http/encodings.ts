// Compressed answers: which content coding a client takes (RFC 9110 section 12.5.3), and the port through which a platform makes them.
//
// Only Node compresses. Workers hand out the bytes as they are, and the network in front of them compresses; it weakens the ETag then,
// which `etagMatches` accepts.
//
// Compressing one body with a secret and with text of an attacker's in it would let its size tell the secret (BREACH). Here no body has
// either: no answer holds a credential, and pages and files repeat nothing of the request. Problems do repeat its path, and are not
// compressed.
import { parseAccept } from "hono/utils/accept";

/** By preference, where a client likes them equally: brotli is smaller. */
export const encodings = ["br", "gzip"] as const;
export type Encoding = (typeof encodings)[number];

/** A body and its strong validator. */
export type Content = { body: Uint8Array; etag: string };

/** Content as it goes out: with `encoding`, body and ETag are those of the compressed bytes. */
export type Sent = Content & { encoding?: Encoding };

export type Encoder = {
  /** What a client with this `Accept-Encoding` gets, if it was made before. */
  recall(content: Content, acceptEncoding: string | undefined): Sent | undefined;
  /** The same, made where it was not. Never rejects. */
  encode(content: Content, acceptEncoding: string | undefined): Promise<Sent>;
};

/** For a platform that compresses by itself. */
export const asIs: Encoder = { recall: (content) => content, encode: async (content) => content };

/** Browsers and libraries send some dozens of different ones. */
const knownMax = 200;
const lengthMax = 256;
const known = new Map<string, Encoding | undefined>();

/** The best coding that we have and the client takes; undefined for none. A header of more than 256 characters asks for none. */
export function encodingFor(acceptEncoding: string | undefined): Encoding | undefined {
  if (acceptEncoding === undefined || acceptEncoding.length > lengthMax) return undefined;
  if (known.has(acceptEncoding)) return known.get(acceptEncoding);
  const encoding = bestOf(acceptEncoding);
  if (known.size < knownMax) known.set(acceptEncoding, encoding);
  return encoding;
}

function bestOf(acceptEncoding: string): Encoding | undefined {
  const accepted = new Map(parseAccept(acceptEncoding).map(({ type, q }) => [type.toLowerCase(), q]));
  const weightOf = (encoding: Encoding) => accepted.get(encoding) ?? accepted.get("*") ?? 0;
  const best = encodings.reduce((one, other) => (weightOf(other) > weightOf(one) ? other : one));
  return weightOf(best) > 0 ? best : undefined;
}
