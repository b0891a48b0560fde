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

/** The registrations of webhooks, below an app as well. They can be written. */
const webhookTemplates = {
  "webhook-events": "/webhooks/all",
  webhooks: "/webhooks",
  webhook: "/webhooks/{webhook_id}",
} as const;

/** A resource of an app. */
export type AppRoute = keyof typeof templates;

/** What is kept of the webhooks of an app. */
export type WebhookRoute = keyof typeof webhookTemplates;

/**
 * Everything a call can reach. `file` is the other origin, where the artefacts' files are; `webhook-key` the document with the key of
 * webhooks; `delivery` is no call, but an event on its way to a webhook.
 */
export type Route = ApiRoute | "file" | "webhook-key" | "delivery";

/** What is counted, limited, and reached by faults that name no route. */
export type ApiRoute = AppRoute | WebhookRoute | "verify" | "redirect-target" | "unknown";

const isAppRoute = (name: string): name is AppRoute => Object.hasOwn(templates, name);

/** Whether a route is one of the webhooks' registrations. */
export const isWebhookRoute = (name: string): name is WebhookRoute => Object.hasOwn(webhookTemplates, name);

/** The resources below an app. */
export const appRoutes: readonly AppRoute[] = Object.keys(templates).filter(isAppRoute);

const webhookRoutes: readonly WebhookRoute[] = Object.keys(webhookTemplates).filter(isWebhookRoute);

const apart: readonly Route[] = ["file", "webhook-key", "delivery"];

/** Whether a route is one of the API. */
export const isOfApi = (route: Route): route is ApiRoute => !apart.includes(route);

/** Every route a fault may select. */
export const faultRoutes: readonly Route[] = [...appRoutes, ...webhookRoutes, "verify", "unknown", ...apart];

/** Where the key of webhooks is published: below no account, and on a host of its own at the real service. */
export const webhookKeyPath = "/.well-known/webhooks.json";

/** What a path leads to. `params` are its variable segments as written, for routes of an app with the account and the app. */
export type Reached = { readonly route: ApiRoute; readonly params: Readonly<Record<string, string>> };

const verifyPath = /^\/client\/v4\/(?:user|accounts\/([^/]+))\/tokens\/verify$/;
const base = "/client/v4/accounts/{account_id}/realtime/kit/{app_id}";
const segmentsOf = (path: string) => path.split("/");
const known = Object.entries({ ...templates, ...webhookTemplates }).flatMap(([route, template]) =>
  isAppRoute(route) || isWebhookRoute(route) ? [{ route, segments: segmentsOf(base + template) }] : [],
);

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
