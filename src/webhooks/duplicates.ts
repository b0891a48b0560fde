// Which deliveries were taken before: by the name that their sender gave them, or by their bytes.
//
// Nobody promises that an event comes once, and a signed one can be sent again by whoever has it. To do its work again is harmless, so
// this may forget: the oldest first, and all of it with the process.
import { createBoundedMap } from "../ground/bounded-map.ts";

export type Delivered = {
  id: string | undefined;
  /** SHA-256 of the body. */
  digest: string;
  /**
   * What the event tells the state of, where it does: its bytes are a repetition only until another event of that. A stream that went
   * off and on again says the same as before.
   */
  stateOf?: string | undefined;
};

export type Duplicates = {
  has(delivered: Delivered): boolean;
  /** For a delivery whose work is done. */
  add(delivered: Delivered): void;
};

/** Some 2 MiB. */
const entriesMax = 10_000;

export function createDuplicates(): Duplicates {
  /** Names, bodies and states, and of a state the body it was told with. */
  const taken = createBoundedMap<string, string>({ entriesMax });

  const marksOf = ({ id, digest, stateOf }: Delivered) => [
    ...(id === undefined ? [] : [{ mark: `id ${id}`, told: "" }]),
    stateOf === undefined ? { mark: `body ${digest}`, told: "" } : { mark: `state ${stateOf}`, told: digest },
  ];

  return {
    has: (delivered) => marksOf(delivered).some(({ mark, told }) => taken.get(mark) === told),
    add(delivered) {
      for (const { mark, told } of marksOf(delivered)) taken.set(mark, told);
    },
  };
}
