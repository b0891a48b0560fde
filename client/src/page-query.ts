// One query for TanStack Query: a key that knows what it is the key of, and a function.
import type { DataTag } from "@tanstack/query-core";
import type { Problem } from "./problem.ts";

export type Key = readonly unknown[];

export type PageQuery<Page> = {
  queryKey: DataTag<Key, Page, Problem>;
  queryFn: (context: { signal: AbortSignal }) => Promise<Page>;
  retry: (failureCount: number, problem: Problem) => boolean;
  structuralSharing: false;
};
