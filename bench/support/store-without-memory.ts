// The store's memory with a bound of no bytes: `put` keeps nothing, `get` finds nothing.
import { createMemoryStore as createBounded } from "../../src/cache/store.ts";
import type { MemoryStore } from "../../src/cache/store.ts";

export const createMemoryStore = (): MemoryStore => createBounded({ bytesMax: 0 });
