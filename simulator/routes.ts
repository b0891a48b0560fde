// Which paths there are, by name. A path template stands for the routes of an app; the rest of a path's segments are literal.
//
// The names are those that the ledger counts by and that a fault's `route` selects.

/** Where redirects of the same origin lead, so that a client that follows one is seen. */
export const redirectTarget = "/client/v4/redirect-target";

/** Below `/client/v4/accounts/{account_id}/realtime/kit/{app_id}`. The first that fits is taken: literal segments stand first. */
const templates = {
  sessions: "/sessions",
  "peer-report": "/sessions/peer-report/{peer_id}",
  session: "/sessions/{session_id}",
  participants: "/sessions/{session_id}/participants",
  participant: "/sessions/{session_id}/participants/{participant_id}",
  chat: "/sessions/{session_id}/chat",
  transcript: "/sessions/{session_id}/transcript",
  summary: "/sessions/{session_id}/summary",
  livestreams: "/sessions/{session_id}/livestream-sessions",
  "active-session": "/meetings/{meeting_id}/active-session",
  recordings: "/recordings",
  analytics: "/analytics/daywise",
} as const;

/** A resource of an app. */
export type AppRoute = keyof typeof templates;

/** Everything a call can reach. `file` is the other origin, where the artefacts' files are. */
export type Route = AppRoute | "verify" | "redirect-target" | "unknown" | "file";

const isAppRoute = (name: string): name is AppRoute => Object.hasOwn(templates, name);

/** The routes below an app. */
export const appRoutes: readonly AppRoute[] = Object.keys(templates).filter(isAppRoute);

/** Every route a fault may select. */
export const faultRoutes: readonly Route[] = [...appRoutes, "verify", "unknown", "file"];

/** What a path leads to. `params` are its variable segments as written, for routes of an app with the account and the app. */
export type Reached = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

const verifyPath = /^\/client\/v4\/(?:user|accounts\/([^/]+))\/tokens\/verify$/;
const base = "/client/v4/accounts/{account_id}/realtime/kit/{app_id}";
const segmentsOf = (path: string) => path.split("/");
const known = appRoutes.map((route) => ({ route, segments: segmentsOf(base + templates[route]) }));

/** The route of a raw path. A trailing or doubled slash makes it another path. */
export function reach(path: string): Reached {
  const given = segmentsOf(path);
  for (const { route, segments } of known) {
    const params = fit(segments, given);
    if (params) return { route, params };
  }
  const verify = verifyPath.exec(path);
  if (verify) return { route: "verify", params: verify[1] === undefined ? {} : { account_id: verify[1] } };
  return { route: path === redirectTarget ? "redirect-target" : "unknown", params: {} };
}

function fit(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [place, segment] of segments.entries()) {
    const text = given[place] ?? "";
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name === undefined ? segment !== text : text === "") return undefined;
    if (name !== undefined) params[name] = text;
  }
  return params;
}
