// The fields that carried a verified token a moment ago, as they were sent: whoever polls costs a comparison here, and no digest.
//
// Problem: tokens are remembered under a digest (`token-memory.ts`), and to make one costs an eighth of a hit on Node, a fifth on
// Workers. Choice: the last few hundred fields are kept as they are and used for a minute, found by their ends and compared from the first
// character to the last. The end of a token is of its signature, so that nobody finds a field, let alone learns by time how far another
// one agrees with it, without that. Refused: API keys, which are secrets for good and are compared by their hashes alone; and a
// digest that is quicker because two tokens can be made that share one. Cost: these tokens are in memory, as those of requests
// under way are, until the minute is over and another one is kept.
import type { Clock } from "../runtime.ts";
import type { Verified } from "./verifier.ts";

export type RecentFields = {
  /** What the field's token was verified as: neither later than a minute after `remember` nor than the token's end. */
  recall(field: string): Verified | undefined;
  remember(field: string, verified: Verified): void;
};

export type RecentFieldsOptions = {
  clock: Pick<Clock, "now">;
  /** Default 500. */
  fieldsMax?: number;
};

const keptMs = 60_000;
/** Longer fields are not kept, which bounds what all of them take; tokens as a rule have half of it. */
const fieldLengthMax = 2_048;
/** Of base64url: 144 bits, as hard to guess as the token. */
const endLength = 24;

const endOf = (field: string) => field.slice(-endLength);

export function createRecentFields({ clock, fieldsMax = 500 }: RecentFieldsOptions): RecentFields {
  /** By their ends, in the order of coming. */
  const fields = new Map<string, { field: string; verified: Verified; keptAt: number }>();

  const isRecent = (keptAt: number) => Math.abs(clock.now() - keptAt) < keptMs;

  return {
    recall(field) {
      const known = fields.get(endOf(field));
      if (!known || known.field !== field) return undefined;
      if (isRecent(known.keptAt) && known.verified.principal.expiresAt > clock.now()) return known.verified;
      fields.delete(endOf(field));
      return undefined;
    },
    remember(field, verified) {
      if (field.length > fieldLengthMax) return;
      const end = endOf(field);
      fields.delete(end);
      fields.set(end, { field, verified, keptAt: clock.now() });
      for (const [oldest, { keptAt }] of fields) {
        if (fields.size <= fieldsMax && isRecent(keptAt)) break;
        fields.delete(oldest);
      }
    },
  };
}
