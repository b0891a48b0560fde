// What every kind of token has in common: it is verified once, and believed for as long as what verified it is.
import type { Result } from "../ground/errors.ts";
import type { Defer, Report } from "../ground/runtime.ts";
import type { Principal } from "./principal.ts";
import type { SigningKey } from "./signing-key.ts";

/** `key`: what the token was verified under, where that may be taken back. */
export type Verified = { readonly principal: Principal; readonly key: SigningKey | undefined };

/** `reason` is a short code of ours. */
export type Verdict =
  | { state: "verified"; verified: Verified }
  | { state: "refused"; reason: string }
  | { state: "unavailable"; retryAfterSeconds: number };

/** What a check may use of the request that caused it. */
export type Context = { report: Report; defer: Defer };

/** The part of verifying a token that costs cryptography, and may wait for keys. */
export type Check = (context: Context) => Promise<Verdict>;

export type Verifier = {
  /** What is left to check; or why this can't be a token of ours, as a short code, found out without any cryptography. */
  read(token: string): Result<Check, string>;
  /** Whether this still holds without another look; false as well when it is time for `refresh`. Cheap. */
  upholds(verified: Verified): boolean;
  /** Starts whatever must be looked after now and then, and waits for it where nothing can be upheld before. Never rejects. */
  refresh(context: Context): Promise<void>;
};

export const refused = (reason: string): Verdict => ({ state: "refused", reason });
