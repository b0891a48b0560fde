// A process that was shown a token, and has nothing to do with it any more: for `test/threats/identity-memory.test.ts`.
//
// `node --expose-gc token-holder.ts <file of the token> <file of the heap>`: what it was shown, and all that it still holds.
import { writeFileSync } from "node:fs";
import { writeHeapSnapshot } from "node:v8";
import { digest } from "../../src/entries/digest.ts";
import { createIdentity } from "../../src/identity/identity.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { bearer, mayCheck } from "./identity-rig.ts";
import { audience, forgeToken, goodClaims, issuer, signWith } from "./tokens.ts";

const [tokenFile = "", heapFile = ""] = process.argv.slice(2);
const secret = crypto.getRandomValues(new Uint8Array(32));
const identity = createIdentity(
  { mode: "jwt", issuer, audiences: [audience], key: { type: "secret", secret } },
  { fetch, clock: systemClock, digest },
);

async function show(file?: string): Promise<void> {
  const claims = { ...goodClaims(systemClock.now()), jti: crypto.randomUUID() };
  const token = forgeToken({ alg: "HS256" }, claims, signWith("HS256", secret));
  const identified = await identity.identify(bearer(token), { report: () => {}, defer: () => {}, mayCheck });
  if (!identified.ok || identity.recall(bearer(token)) !== identified.value) throw new Error("the token is not known");
  if (file !== undefined) writeFileSync(file, token);
}

await show(tokenFile);
// The platform itself keeps the last text that a pattern was matched with.
await show();
globalThis.gc?.();
writeHeapSnapshot(heapFile);
