// `npm run doctor -- key <id>`: an API key out of 32 random bytes, and what the deployment needs to know of it, which is its hash.
import { createHash, randomBytes } from "node:crypto";
import { EXIT_OK, Refusal } from "./findings.ts";

export type ApiKey = {
  /** Shown once, and kept by whoever calls. */
  key: string;
  /** `id=<SHA-256 of the whole key>`, for API_KEYS. */
  entry: string;
};

export function makeApiKey(id: string): ApiKey {
  if (!/^[a-z0-9-]{1,32}$/.test(id)) throw new Refusal("key: the id is not usable (write 1 to 32 of a-z, 0-9 and -)");
  const key = `rtkb_${id}_${randomBytes(32).toString("base64url")}`;
  return { key, entry: `${id}=${createHash("sha256").update(key).digest("hex")}` };
}

export function runKey(id: string | undefined, print: (line: string) => void): number {
  if (id === undefined) throw new Refusal("key: takes an id (npm run doctor -- key my-server)");
  const { key, entry } = makeApiKey(id);
  print(`key    ${key}`);
  print(`entry  ${entry}`);
  print("");
  print("The key is shown this once: store it where the caller runs, who sends it as Authorization: Bearer <key>.");
  print("The entry goes into API_KEYS, several with commas; the key can't be made from it.");
  return EXIT_OK;
}
