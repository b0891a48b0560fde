/** What looking at a file found: its first byte is there, it has none, or it could not be had. */
export type FileState = "filled" | "empty" | "unavailable";
