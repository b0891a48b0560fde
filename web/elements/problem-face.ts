// What a problem looks like to a person. Codes are those of `/problems/{code}`, and those of the typed client for an answer that never came,
// or that somebody else gave.
import type { Face, FaceKind, WayOut } from "./face.ts";

export type Trouble = {
  code: string;
  /** When it is tried again by itself, as milliseconds since 1970. */
  retryAt?: number | undefined;
};

type Words = { kind: FaceKind; heading: string; detail: string };

const refused: Words = {
  kind: "refused",
  heading: "This is not shown to you",
  detail: "Your sign-in does not include it. Whoever runs this service can change that.",
};
const spent: Words = {
  kind: "limited",
  heading: "The meetings service is at its limit",
  detail: "Too many questions were asked of it in a short time. Nothing is lost.",
};
const upstream: Words = {
  kind: "offline",
  heading: "The meetings service does not answer",
  detail: "This page works, but the service behind it does not. It is asked again by itself.",
};
const broken: Words = {
  kind: "offline",
  heading: "Something went wrong here",
  detail: "Whoever runs this service finds the reason in its log.",
};

const words: Readonly<Record<string, Words>> = {
  forbidden: refused,
  not_found: {
    kind: "refused",
    heading: "There is nothing here",
    detail: "It does not exist, or is not shown to you.",
  },
  unauthorized: { kind: "refused", heading: "You are signed out", detail: "Sign in again to go on." },
  invalid_query: {
    kind: "refused",
    heading: "These filters can't be used together",
    detail: "Part of the question is not understood, or not allowed to you.",
  },
  rate_limited: {
    kind: "limited",
    heading: "You asked very often",
    detail: "There is a limit for each person.",
  },
  upstream_limited: spent,
  budget_spent: spent,
  circuit_open: upstream,
  upstream_failed: upstream,
  upstream_malformed: upstream,
  upstream_timeout: upstream,
  upstream_unauthorized: {
    ...upstream,
    detail: "It refuses this service's own token. Whoever runs this service has to change it.",
  },
  misconfigured: {
    kind: "offline",
    heading: "This service is not set up yet",
    detail: "Its log says which settings are missing.",
  },
  network_failed: {
    kind: "offline",
    heading: "No connection",
    detail: "This service can't be reached from here. It is tried again by itself.",
  },
  unexpected_answer: {
    kind: "offline",
    heading: "Something between here and the service answers for it",
    detail: "A proxy or a sign-in page, perhaps. Reloading the page may help.",
  },
  token_failed: { kind: "refused", heading: "Not signed in", detail: "This page could not get a token for you." },
  no_app: { kind: "refused", heading: "No app is named", detail: "The element needs an app." },
};

/** The face of a problem. */
export function faceOf({ code, retryAt }: Trouble, waysOut: readonly WayOut[] = []): Face {
  return { ...(words[code] ?? broken), retryAt, waysOut };
}

/** The same above data that is still shown: older than it should be. */
export function staleFaceOf(trouble: Trouble, asOf: string, waysOut: readonly WayOut[] = []): Face {
  const { heading, kind } = words[trouble.code] ?? broken;
  return {
    kind: kind === "limited" ? "limited" : "stale",
    heading,
    detail: `Shown as of ${asOf}.`,
    retryAt: trouble.retryAt,
    waysOut,
  };
}
