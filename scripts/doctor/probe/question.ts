// One thing that nobody knows of the upstream, and how few calls tell it.
import type { Seen } from "./shapes.ts";
import type { Subjects } from "./subjects.ts";

/** `name` is what the line begins with; `callsMax` bounds what `look` asks. */
export type Question = { name: string; callsMax: number; look(subjects: Subjects): Promise<Seen> };
