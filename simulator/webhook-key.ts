// The key that signs webhooks: RSA of 2048 bits, made when it is first needed, and the document that publishes its public half. There is
// one key at a time and it has no name, so whoever keeps it learns of a rotation by a signature that does not verify.
import { jsonAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";

export type WebhookKey = {
  /** The answer of `/.well-known/webhooks.json`. */
  document(): Promise<Answer>;
  /** Base64 of the signature (RSASSA-PKCS1-v1_5 with SHA-256). */
  sign(body: Uint8Array): Promise<string>;
  /** The same by a key that was never published. */
  forge(body: Uint8Array): Promise<string>;
  /** From now on signs with a new key, and publishes that one alone. */
  rotate(): void;
};

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** `given`: the first key, extractable; a new one unless given. */
export function createWebhookKey(given?: CryptoKeyPair): WebhookKey {
  let pair = given && Promise.resolve(given);
  let stranger: Promise<CryptoKeyPair> | undefined;
  const current = () => (pair ??= generateWebhookKey());

  return {
    async document() {
      const publicKey = pemOf(await crypto.subtle.exportKey("spki", (await current()).publicKey));
      return jsonAnswer(200, JSON.stringify({ success: true, data: { publicKey }, message: "" }));
    },
    sign: async (body) => signature(await current(), body),
    forge: async (body) => signature(await (stranger ??= generateWebhookKey()), body),
    rotate() {
      pair = undefined;
    },
  };
}

/** A pair to sign webhooks with. Takes a tenth of a second, so tests may share one. */
export async function generateWebhookKey(): Promise<CryptoKeyPair> {
  const parameters = { ...algorithm, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const made = await crypto.subtle.generateKey(parameters, true, ["sign", "verify"]);
  if (!("privateKey" in made)) throw new TypeError("RSA keys come in pairs");
  return made;
}

async function signature({ privateKey }: CryptoKeyPair, body: Uint8Array): Promise<string> {
  return base64(await crypto.subtle.sign(algorithm.name, privateKey, body));
}

function pemOf(der: unknown): string {
  if (!(der instanceof ArrayBuffer)) throw new TypeError("the public half is not exported as bytes");
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PUBLIC KEY-----", ...lines, "-----END PUBLIC KEY-----"].join("\n");
}

const base64 = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
