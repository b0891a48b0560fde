// How the outcome of one process's work reaches the others: what was loaded through the store, anything else as text.

export type Sharing<Value> = {
  /** A stored page as a value, if it is an answer as it stands. Never rejects, although the page may be junk. */
  fromPage(key: string, page: Uint8Array): Promise<Value | undefined>;
  /**
   * What followers are told beside "look again", and for how many milliseconds later askers are told the same (0: only
   * those who wait now). Undefined where there is nothing to tell.
   */
  toText(value: Value): { text: string; keepMs: number } | undefined;
  /** Reads it back; undefined for anything else. */
  fromText(text: string): Value | undefined;
};
