// Sealed texts: what this service hands to a browser to keep, and nobody else can read or make. jose does the cryptography: JWE in its
// compact form, `dir` and A256GCM.
//
// A text is sealed for one purpose and opens for no other. The newest key seals, all of them open, so that a key can be replaced without
// anybody being logged out: put the new one first, and take the old one away when what it sealed has ended.
import { hash } from "node:crypto";
import { base64url, CompactEncrypt, compactDecrypt } from "jose";
import { fail, ok, type Result } from "../ground/errors.ts";
import { parseObject } from "../ground/parse-object.ts";

/** `bytes`: 32 of them, secret. `id` names the key and tells nothing of it. */
export type SealKey = { readonly id: string; readonly bytes: Uint8Array };

/** The first seals; all of them open. */
export type SealKeys = readonly [SealKey, ...SealKey[]];

/** Stands in the header of what is sealed. */
export type SealPurpose = "rtkbff-login" | "rtkbff-attempt";

/** A key of 32 random bytes in base64url. A failure is a reason with a fix in it. */
export function readSealKey(text: string): Result<SealKey, string> {
  const fix = "make one with: openssl rand 32 | basenc --base64url | tr -d '='";
  // 43 characters hold 256 bits, and two more that are none of the key's.
  if (!/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text)) return fail(`is not 32 bytes in base64url (${fix})`);
  const bytes = base64url.decode(text);
  return ok({ id: hash("sha256", bytes, "base64url").slice(0, 8), bytes });
}

/** As it stands in the settings. */
export const sealKeyText = ({ bytes }: SealKey): string => base64url.encode(bytes);

const algorithms = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] };

/** ASCII without a character that a cookie may not have (RFC 6265 section 4.1.1). */
export async function seal(payload: object, purpose: SealPurpose, [key]: SealKeys): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: purpose, kid: key.id })
    .encrypt(key.bytes);
}

/** What was sealed for this purpose; undefined for everything else. Never rejects. */
export async function unseal(
  text: string,
  purpose: SealPurpose,
  keys: SealKeys,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const opened = await compactDecrypt(
      text,
      (header: { kid?: string } | undefined) => {
        const key = keys.find(({ id }) => id === header?.kid);
        if (!key) throw new Error("unknown key");
        return key.bytes;
      },
      algorithms,
    );
    return opened.protectedHeader["typ"] === purpose ? parseObject(opened.plaintext) : undefined;
  } catch {
    return undefined;
  }
}
