// For an address that takes no query: why a target with one is refused.
import type { Failure } from "../ground/errors.ts";

/** A lone question mark is no query. */
export const noQuery = (target: string): Failure | undefined =>
  /\?./.test(target)
    ? { code: "invalid_query", issues: [{ parameter: "query", message: "this address takes no query" }] }
    : undefined;
