// The token that every product under test runs with, and the search for it.
//
// A leak seldom looks like the thing that leaked: it is cut, encoded or part of a longer text. So the search is for pieces of the
// token and of its usual encodings, not for the whole.

/** Taken for a real API token by the configuration (44 characters), and by nobody else. */
export const canaryToken = "CANARY_7fQ2mXw9LrT4vB8kZs3Ny6HcJd5PgUa1EoWi";

const pieceLength = 12;
const strideLength = 4;

const encoder = new TextEncoder();

/** Every piece of twelve characters, four apart: no sixteen characters of `text` are without one. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start + pieceLength <= text.length; start += strideLength) {
    pieces.push(text.slice(start, start + pieceLength));
  }
  return pieces;
}

/** Base64 groups bytes by three: where the token begins within a group decides how it comes out. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const whole = Buffer.from("\0".repeat(shift) + text).toString("base64");
    // What depends on the neighbours is left out on both sides.
    return whole.slice(4, -4);
  });
}

const forms = [canaryToken, Buffer.from(canaryToken).toString("hex"), ...base64Forms(canaryToken)];
const pieces = [...new Set(forms.flatMap(piecesOf))];
const pieceBytes = pieces.map((piece) => encoder.encode(piece));

/** Whether some text holds a part of the token, as it is or encoded. */
export function hasCanary(text: string): boolean {
  return pieces.some((piece) => text.includes(piece));
}

/** The same for bytes of any kind: a database file, a compressed or binary body. */
export function hasCanaryBytes(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return pieceBytes.some((piece) => buffer.includes(piece));
}
