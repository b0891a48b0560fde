// An attempt to log in: what has to be remembered between the way to the provider and the way back, sealed for the browser to keep.
//
// Each attempt has a cookie of its own, named after it, so that several tabs can log in at once. It ends after ten minutes, opens for
// the deployment that made it, and is good for one answer of the provider.
import * as z from "zod";
import { seal, unseal, type SealKeys } from "../identity/seal.ts";

/** `until`: epoch milliseconds. */
export const Attempt = z.strictObject({
  deployment: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  until: z.number(),
});
export type Attempt = z.infer<typeof Attempt>;

export const attemptSeconds = 600;

/** What of a state is in the name of its cookie: enough to tell attempts of one browser apart. */
const nameLength = 8;

/** The end of the cookie's name; undefined where it can be no state of ours. */
export const attemptNameOf = (state: string | null): string | undefined =>
  state !== null && /^[A-Za-z0-9_-]{43}$/.test(state) ? state.slice(0, nameLength) : undefined;

export const sealAttempt = (attempt: Attempt, keys: SealKeys): Promise<string> => seal(attempt, "rtkbff-attempt", keys);

/** One of this deployment that has not ended; else undefined. Never rejects. */
export async function openAttempt(
  text: string,
  { deployment, keys, now }: { deployment: string; keys: SealKeys; now: number },
): Promise<Attempt | undefined> {
  const read = Attempt.safeParse(await unseal(text, "rtkbff-attempt", keys));
  return read.success && read.data.deployment === deployment && read.data.until > now ? read.data : undefined;
}
