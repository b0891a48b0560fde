// The signature of a delivery: where it stands, what has its form, and what it holds for.
import { constants, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readPublicKey } from "../../src/identity/signing-key.ts";
import { importKey, isSigned, readDeliveryId, readSignature } from "../../src/webhooks/signature.ts";
import { pairOf } from "../support/tokens.ts";
import type { KeyKind } from "../support/tokens.ts";
import { encode } from "../support/webhooks.ts";

const from = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name];
const base64 = (byte: number, length = 256) => Buffer.alloc(length, byte).toString("base64");

describe("the signature's header", () => {
  it("is the one of today or the one of the past, and of both the one of today alone", () => {
    const [today, past] = [base64(1), base64(2)];
    expect(readSignature(from({ "rtk-signature": today }))).toEqual(new Uint8Array(256).fill(1));
    expect(readSignature(from({ "dyte-signature": past }))).toEqual(new Uint8Array(256).fill(2));
    const both = { "rtk-signature": today, "dyte-signature": past };
    expect(readSignature(from(both))).toEqual(new Uint8Array(256).fill(1));
    expect(readSignature(from({ ...both, "rtk-signature": "nothing" }))).toBeUndefined();
  });

  it("is taken for RSA of 2,048 to 8,192 bits", () => {
    for (const length of [256, 384, 512, 1024])
      expect(readSignature(from({ "rtk-signature": base64(7, length) }))).toHaveLength(length);
  });

  it.each([
    ["missing", {}],
    ["empty", { "rtk-signature": "" }],
    ["shorter than any of RSA", { "rtk-signature": base64(1, 255) }],
    ["longer than any of RSA", { "rtk-signature": base64(1, 1027) }],
    ["of the alphabet for URLs", { "rtk-signature": Buffer.alloc(256, 0xfb).toString("base64url") }],
    ["without its end", { "rtk-signature": base64(1).slice(0, -1) }],
    ["with a blank in it", { "rtk-signature": `${base64(1).slice(0, 99)} ${base64(1).slice(100)}` }],
    ["two in one", { "rtk-signature": `${base64(1)}, ${base64(1)}` }],
    ["hexadecimal of a digest with a word before it", { "rtk-signature": `sha256=${"ab".repeat(32)}` }],
  ])("is refused where it is %s", (_, headers: Readonly<Record<string, string>>) => {
    expect(readSignature(from(headers))).toBeUndefined();
  });
});

describe("a delivery's name", () => {
  it("is taken from the same families, and only where it is a name", () => {
    expect(readDeliveryId(from({ "rtk-uuid": "a", "dyte-uuid": "b" }))).toBe("a");
    expect(readDeliveryId(from({ "dyte-uuid": "b" }))).toBe("b");
    for (const text of ["", "a".repeat(129), "a b", "ä"])
      expect(readDeliveryId(from({ "rtk-uuid": text }))).toBeUndefined();
    expect(readDeliveryId(from({}))).toBeUndefined();
  });
});

async function keyOf(kind: KeyKind, name?: string) {
  const read = readPublicKey(pairOf(kind, name).pem);
  if (!read.ok) throw new Error(read.failure);
  return importKey(read.value.key);
}

async function rsaKey(): Promise<CryptoKey> {
  const key = await keyOf("rsa");
  if (!key.ok) throw new Error(key.failure);
  return key.value;
}

const body = encode('{"event":"meeting.started"}');
const { privateKey } = pairOf("rsa");
const bytes = (buffer: Buffer) => new Uint8Array(buffer);

describe("a signature", () => {
  it("holds for the bytes that were signed and for no others, one bit or one blank apart", async () => {
    const key = await rsaKey();
    const signature = bytes(sign("sha256", body, privateKey));
    expect(await isSigned(key, { signature, body })).toBe(true);
    const flipped = body.with(3, 0x45);
    const spaced = encode('{"event": "meeting.started"}');
    for (const other of [flipped, spaced, new Uint8Array(), body.slice(1)]) {
      expect(await isSigned(key, { signature, body: new Uint8Array(other) })).toBe(false);
    }
  });

  it.each([
    ["another key", () => sign("sha256", body, pairOf("rsa", "second").privateKey)],
    ["SHA-1", () => sign("sha1", body, privateKey)],
    ["SHA-512", () => sign("sha512", body, privateKey)],
    ["PSS", () => sign("sha256", body, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })],
    ["nothing but zeros", () => Buffer.alloc(256)],
    ["nothing but ones", () => Buffer.alloc(256, 0xff)],
    ["a key of another length", () => Buffer.alloc(512, 1)],
  ])("made with %s does not hold", async (_, make) => {
    expect(await isSigned(await rsaKey(), { signature: bytes(make()), body })).toBe(false);
  });
});

describe("a key", () => {
  it.each(["p256", "p384", "ed25519"] as const)("of the kind %s verifies no event", async (kind) => {
    expect(await keyOf(kind)).toEqual({ ok: false, failure: "unusable_key" });
  });
});
