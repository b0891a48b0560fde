// Something that happened to an app's meetings, by the word of the upstream or of an operator: pages that tell of it are no longer as
// they were. It says where to look again and nothing of what is to be seen there.

/**
 * Ids as the upstream writes them; a meeting's in canonical form (lower case). Without `session` and `meeting` the whole app is meant.
 * `about`: what happened to a session (somebody came or left, it began, was recorded), what happened to files made of it (chat,
 * transcript, summary), or a purge: everything at that place. `hasEnded`: a session's numbers go on to settle for some minutes.
 * `isHard`: no page from before may be shown any more, not even while the upstream fails.
 */
export type Change = {
  appId: string;
  meeting?: string | undefined;
  session?: string | undefined;
  about: "session" | "files" | "purge";
  hasEnded?: true | undefined;
  isHard?: true | undefined;
};

/**
 * Writes a change into the log that every reader follows. Answers with its place in the log, or undefined where the log can't be
 * written to at the moment: nothing is known of the change then, and whoever brought it should bring it again. Never rejects.
 */
export type Invalidate = (change: Change) => Promise<number | undefined>;
