// A public key as PEM (RFC 7468 section 13) turned into the members of a JWK, without asking the platform: so that a mistake is
// found while the configuration is read, and both forms of a key go through the same checks after it.
//
// The reader of DER knows what a SubjectPublicKeyInfo needs: definite lengths, and nothing left over at any level.
import { base64url } from "jose";
import type { Result } from "../errors.ts";
import { fail, ok } from "../errors.ts";

const pem = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----$/;

const unreadable = "is not a readable public key (copy the whole PEM, from BEGIN PUBLIC KEY to END PUBLIC KEY)";
const unsupported = "is a key of an unsupported kind (use RSA, P-256, P-384 or Ed25519)";

/** The public members of a JWK, not yet judged; or what is wrong, with a fix and without a value. */
export function jwkOfPem(text: string): Result<object, string> {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return fail("is a private key (set the public half only)");
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) {
    return fail("is a certificate (set its public key: openssl x509 -pubkey -noout)");
  }
  if (text.includes("-----BEGIN RSA PUBLIC KEY-----")) {
    return fail("is a PKCS#1 key (write it as BEGIN PUBLIC KEY: openssl rsa -RSAPublicKey_in -pubout)");
  }
  const body = pem.exec(text)?.[1];
  const bytes = body === undefined ? undefined : bytesOfBase64(body.replaceAll(/\s/g, ""));
  const jwk = bytes && jwkOfSpki(bytes);
  return jwk === undefined ? fail(unreadable) : jwk === "unsupported" ? fail(unsupported) : ok(jwk);
}

function bytesOfBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  try {
    return base64url.decode(text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
  } catch {
    return undefined;
  }
}

const tags = { integer: 0x02, bitString: 0x03, objectId: 0x06, sequence: 0x30 };

/** Object identifiers in hexadecimal DER: RFC 8017 appendix A.1, RFC 5480 section 2.1, RFC 8410 section 3. */
const rsaId = "2a864886f70d010101";
const ecId = "2a8648ce3d0201";
const ed25519Id = "2b6570";
const curves = new Map([
  ["2a8648ce3d030107", { crv: "P-256", coordinateBytes: 32 }],
  ["2b81040022", { crv: "P-384", coordinateBytes: 48 }],
]);

function jwkOfSpki(der: Uint8Array): object | "unsupported" | undefined {
  const [info, ...after] = elements(der);
  const [algorithm, bits, ...rest] = info?.tag === tags.sequence ? elements(info.body) : [];
  if (algorithm?.tag !== tags.sequence || bits?.tag !== tags.bitString || bits.body[0] !== 0) return undefined;
  if (after.length > 0 || rest.length > 0) return undefined;
  const key = bits.body.subarray(1);
  const [id, parameter] = elements(algorithm.body);
  if (id?.tag !== tags.objectId) return undefined;
  switch (hex(id.body)) {
    case rsaId:
      return rsaJwk(key);
    case ecId:
      return parameter?.tag === tags.objectId ? ecJwk(hex(parameter.body), key) : "unsupported";
    case ed25519Id:
      return { kty: "OKP", crv: "Ed25519", x: base64url.encode(key) };
    default:
      return "unsupported";
  }
}

function rsaJwk(key: Uint8Array): object | undefined {
  const [numbers, ...after] = elements(key);
  const [modulus, exponent, ...rest] = numbers?.tag === tags.sequence ? elements(numbers.body) : [];
  if (modulus?.tag !== tags.integer || exponent?.tag !== tags.integer) return undefined;
  if (after.length > 0 || rest.length > 0) return undefined;
  return { kty: "RSA", n: base64url.encode(modulus.body), e: base64url.encode(exponent.body) };
}

function ecJwk(curveId: string, point: Uint8Array): object | "unsupported" | undefined {
  const curve = curves.get(curveId);
  if (!curve) return "unsupported";
  // A point is uncompressed: 4, x, y.
  const { crv, coordinateBytes } = curve;
  if (point[0] !== 4 || point.length !== 1 + 2 * coordinateBytes) return undefined;
  const x = point.subarray(1, 1 + coordinateBytes);
  const y = point.subarray(1 + coordinateBytes);
  return { kty: "EC", crv, x: base64url.encode(x), y: base64url.encode(y) };
}

type Element = { tag: number; body: Uint8Array };

/** The elements that fill `bytes` from end to end; none where they don't. */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag, first] = bytes.subarray(at, at + 2);
    if (tag === undefined || first === undefined) return [];
    // Up to 127 the length stands by itself; beyond, it is 0x80 and the number of bytes that hold it. A key needs at most two.
    const lengthBytes = first < 0x80 ? 0 : first - 0x80;
    if (first === 0x80 || lengthBytes > 2) return [];
    const start = at + 2 + lengthBytes;
    let length = lengthBytes === 0 ? first : 0;
    for (const byte of bytes.subarray(at + 2, start)) length = length * 256 + byte;
    if (start + length > bytes.length) return [];
    found.push({ tag, body: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
