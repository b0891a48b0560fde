// Tokens that were verified before, so that a caller who polls costs one digest and one look.
//
// Kept under the token's digest: the token itself is not in here, and two tokens with one digest can't be made. An entry leaves when
// its token ends, to the millisecond. Bounded by count and by the length of the tokens, since claims take room as well;
// the oldest is forgotten first and is verified once more.
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Clock } from "../ground/runtime.ts";
import type { Verified } from "./verifier.ts";

export type TokenMemory = {
  recall(digest: string): Verified | undefined;
  /** Gives back what is kept from now on: what another request remembered in the meantime, if there is such. */
  remember(digest: string, verified: Verified, characters: number): Verified;
};

export type TokenMemoryOptions = {
  clock: Pick<Clock, "now">;
  /** Default 10,000. */
  entriesMax?: number;
  /** All tokens together, as they were sent. Default 8 Mi. */
  charactersMax?: number;
};

export function createTokenMemory({
  clock,
  entriesMax = 10_000,
  charactersMax = 8 * 1024 * 1024,
}: TokenMemoryOptions): TokenMemory {
  const entries = createBoundedMap<string, { verified: Verified; characters: number }>({
    entriesMax,
    weightMax: charactersMax,
    weightOf: ({ characters }) => characters,
  });

  function recall(digest: string): Verified | undefined {
    const verified = entries.get(digest)?.verified;
    if (!verified) return undefined;
    if (verified.principal.expiresAt > clock.now()) return verified;
    entries.delete(digest);
    return undefined;
  }

  return {
    recall,
    remember(digest, verified, characters) {
      const known = recall(digest);
      if (known && known.key === verified.key) return known;
      entries.delete(digest);
      if (verified.principal.expiresAt > clock.now()) entries.set(digest, { verified, characters });
      return verified;
    },
  };
}
