// A self-signed certificate for localhost and 127.0.0.1, made anew each time: of an authority that nobody knows. Valid from 2020 to 2049,
// so that no test depends on the day.
import { generateKeyPairSync, sign } from "node:crypto";

export type Certificate = { key: string; cert: string };

/** One value in DER (X.690): tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const text = (tag: number, value: string) => der(tag, Buffer.from(value, "latin1"));
const bytes = (tag: number, hex: string) => der(tag, Buffer.from(hex, "hex"));
const objectId = (hex: string) => bytes(0x06, hex);

/** RFC 5280 section 4.1. */
export function selfSigned(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));
  const name = sequence(der(0x31, sequence(objectId("550403"), text(0x0c, "localhost"))));
  const validity = sequence(text(0x17, "200101000000Z"), text(0x17, "491231235959Z"));
  const alternativeNames = sequence(
    objectId("551d11"),
    der(0x04, sequence(text(0x82, "localhost"), bytes(0x87, "7f000001"))),
  );
  const isAuthority = sequence(objectId("551d13"), bytes(0x01, "ff"), der(0x04, sequence(bytes(0x01, "ff"))));
  const signed = sequence(
    der(0xa0, bytes(0x02, "02")),
    bytes(0x02, "01"),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(isAuthority, alternativeNames)),
  );
  const certificate = sequence(
    signed,
    ecdsaWithSha256,
    der(0x03, Buffer.from([0]), sign("sha256", signed, privateKey)),
  );
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
  };
}
