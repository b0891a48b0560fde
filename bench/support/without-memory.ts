// Preloaded into the product's process: its memory for pages keeps nothing, so that each hit is read from Redis.
//
// No setting switches the memory off. The entry, and all else, is the product's own; only the module that it takes the memory
// from is exchanged for one with the same exports and a bound of no bytes.
import { registerHooks } from "node:module";

const replacement = new URL("store-without-memory.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isMemoryOfEntry = specifier === "./cache/store.ts" && context.parentURL?.endsWith("/src/node.ts") === true;
    return nextResolve(isMemoryOfEntry ? replacement : specifier, context);
  },
});
