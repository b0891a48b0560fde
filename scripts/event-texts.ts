// What each event of the log means and what to do about it, in words, for docs/events.md.
//
// Only the script of the documents imports this: no build carries it. The types fail where an event of the union in src/ground/runtime.ts, or one
// of its fields, has no words here. The levels are in src/ground/log-levels.ts.
import { eventLevels } from "../src/ground/log-levels.ts";
import type { EventOf, EventType } from "../src/ground/log-levels.ts";

type FieldsOf<Type extends EventType> = Exclude<keyof EventOf<Type>, "type"> & string;

type Words<Type extends EventType> = {
  /** What took place, for somebody who is woken by it. */
  means: string;
  /** What to look at or to change. Empty where there is nothing to do. */
  todo: string;
  /** Values or unit of each field. */
  fields: { readonly [Field in FieldsOf<Type>]: string };
};

const faults = "the fault's name, such as `TypeError`";
const codes = "the code of [the problem](api.md#errors)";
const milliseconds = "ms";
const loaded =
  "`fetched` (from the upstream), `joined` (a load that was under way), `recent` (one that had just ended)";

export const eventWords: { readonly [Type in EventType]: Words<Type> } = {
  "cache.hit": {
    means: "A fresh page was shown.",
    todo: "",
    fields: {
      from: "`memory` or `store` (KV or Redis)",
      ageMs: "how old the page was, ms",
      ttlMs: "how long it stays fresh, ms",
    },
  },
  "cache.servedStale": {
    means: "A page past its freshness was shown.",
    todo: "With `failed`, look for `load.failed` or `budget.refused` near it. With `deadline`, the upstream is slow.",
    fields: {
      ageMs: "how old the page was, ms",
      ttlMs: "below 0: since when it is not fresh any more, ms",
      because:
        "`revalidating` (a newer one is being loaded), `deadline` (the load took longer than `SOFT_DEADLINE_MS`), `failed` (it failed)",
    },
  },
  "cache.missed": {
    means: "Nobody had a page for this question. The reader waited for a load.",
    todo: "",
    fields: {},
  },
  "cache.rejected": {
    means: "What the store gave back is no page of this service. It was ignored, and the page is loaded again.",
    todo: "Once after an update is normal. If it goes on, something else writes to this KV namespace or Redis, or answers for it.",
    fields: {
      reason:
        "what did not fit: `header` or `metadata`, `key`, `times`, `seal` (changed, or sealed with another `STORE_SECRET`), `shape` (no page), or the code of Redis",
    },
  },
  "store.failed": {
    means: "KV or Redis did not take or give a page. Readers got what memory or the upstream had.",
    todo: "If it goes on, look at the state of KV or of the Redis server. Each such read costs an upstream call.",
    fields: { operation: "`get` or `put`", reason: `\`late\` (over 250 ms), or ${faults}` },
  },
  "load.served": {
    means: "A reader got a page that it had to wait for.",
    todo: "",
    fields: { via: loaded, durationMs: "the wait, ms" },
  },
  "load.completed": {
    means: "A load ended with a page.",
    todo: "",
    fields: { via: loaded, durationMs: milliseconds },
  },
  "load.failed": {
    means: "A load ended without a page. Readers got an older page where there was one, else an error.",
    todo: "See what the code says. The cause has a line of its own just before: `upstream.failed`, `budget.refused` or `breaker.opened`.",
    fields: { code: codes, durationMs: milliseconds },
  },
  "load.droppedLate": {
    means: "An answer came after its load was given up, and a newer page was there already.",
    todo: "Often: the upstream is slower than `UPSTREAM_DEADLINE_MS`.",
    fields: {},
  },
  "load.remembered": {
    means: "The load of this page failed a moment ago, so it was not tried again yet.",
    todo: "See the failure before it.",
    fields: { code: codes },
  },
  "artefact.unavailable": {
    means: "The file of a chat, transcript or summary could not be looked at, so its link is not shown.",
    todo: "`host`: the link leads to a host that ARTEFACT_HOSTS does not have; add it if it is yours or Cloudflare's.",
    fields: { reason: "`host`, `status`, `network`, or `late` (over 5 s)" },
  },
  "upstream.answered": {
    means: "The upstream answered a call. One line for each call that the account's limit counts.",
    todo: "",
    fields: { status: "the HTTP status", durationMs: milliseconds },
  },
  "upstream.failed": {
    means: "A call gave nothing that can be used.",
    todo: "`network` and `cut`: check the way to the upstream. `status_5xx`: see the status page of Cloudflare. `upstream_malformed`: the upstream's answers changed; look for a newer version of this service.",
    fields: {
      code: codes,
      reason:
        "`network` (no connection), `cut` (it broke), `redirected`, `status_…`, `success_false`, or what was wrong with the body (`too_large`, `values`: more bytes or values than a page of that size has)",
      durationMs: milliseconds,
    },
  },
  "upstream.retried": {
    means: "A call failed and was repeated once.",
    todo: "",
    fields: { reason: "the code of the first failure" },
  },
  "upstream.limited": {
    means: "The account is blocked by the upstream's rate limit (429). Nothing is sent until the block ends.",
    todo: "Something else spends this account's limit, or `UPSTREAM_BUDGET_REQUESTS` is too high for what others need. Find it, or lower the budget.",
    fields: { frozenSeconds: "how long nothing is sent" },
  },
  "upstream.unauthorized": {
    means: "The upstream refused the API token. No page can be loaded.",
    todo: "Run `npm run doctor`. Make a new token with the permission Realtime and set `CLOUDFLARE_API_TOKEN`.",
    fields: { status: "401 or 403, or 200 with such an error inside" },
  },
  "changes.failed": {
    means:
      "The log of changes could not be written (`append`: whoever brought the change was told to bring it again) or read (`read`: until it can be, no page counts as fresh).",
    todo: "See why the shield or Redis can't be reached.",
    fields: { operation: "`append` or `read`.", reason: faults },
  },
  "export.ended": {
    means: "An export ended.",
    todo: "Nothing: an export that is `incomplete` says so in its last line, and can be resumed. If `code` is often `budget_spent`, exports ask for more than this deployment may spend.",
    fields: {
      because: "`complete`, `incomplete`, `gone` (the client went away), `slow` (it took nothing for half a minute)",
      code: `why it is not complete: ${codes}, or empty`,
      rows: "rows that were sent",
      seconds: "how long it took",
    },
  },
  "stream.ended": {
    means: "A stream ended.",
    todo: "With `slow`, the client took nothing for half a minute: often a proxy that buffers.",
    fields: {
      reason:
        "`gone` (the client left), `slow` (it took nothing), `failed` (no page could be had), `expired` (the credential ended), `ended` (after ten minutes, or with this process)",
      seconds: "how long it was open, s",
    },
  },
  "webhooks.silent": {
    means:
      "A live page was loaded, and no webhook of its app was heard for ten minutes. Live pages are read as often as without webhooks until one is.",
    todo: "See with `npm run doctor -- webhook` whether the webhook is registered and enabled. Right after the first deploy it is normal.",
    fields: {},
  },
  "shield.failed": {
    means: "A Worker could not reach its Durable Object. It tried once more.",
    todo: "One at a deploy is normal. If it goes on, see the status page of Cloudflare and the object's own errors in the dashboard.",
    fields: { reason: faults },
  },
  "budget.refused": {
    means: "A call was not sent, because the budget has no room for this kind of call.",
    todo: "Many different questions were asked, or many pages are in use. Raise `UPSTREAM_BUDGET_REQUESTS` if others leave room, or the `FRESH_…` times.",
    fields: {
      lane: "what the call was for: `cold` (a new question), `old` (a page past its bound), `refresh`, `warm`, `retry`",
      left: "calls left in this window",
      retryAfterSeconds: "until there is room again",
    },
  },
  "breaker.opened": {
    means: "Five calls in a row failed for one app. It is left alone for a while, then tried with one call.",
    todo: "See `upstream.failed` or `upstream.unauthorized` before it.",
    fields: { forMs: milliseconds },
  },
  "breaker.closed": {
    means: "The app that was left alone answers again.",
    todo: "",
    fields: {},
  },
  "redis.lost": {
    means:
      "Redis can't be reached or takes no writes. Each process goes on alone: with its own memory, and its share of the budget (`MAX_REPLICAS`).",
    todo: "Look at the Redis server and the way to it. `npm run doctor` says what is wrong. Nothing has to be restarted afterwards.",
    fields: {
      reason:
        "`late`, `closed`, `unreachable`, `protocol` (it sent what no Redis sends), or the code that Redis or the network gave",
    },
  },
  "redis.recovered": {
    means: "Redis works again, and is used again.",
    todo: "",
    fields: { afterMs: "how long it was gone, ms" },
  },
  "budget.closed": {
    means:
      "What Redis knows of the budget can't be trusted (it restarted, another server answers, or clocks differ). Each process spends only its share until a whole window has passed.",
    todo: "If nobody restarted Redis, find out who did. If it comes again and again, check the clocks of the machines.",
    fields: { forSeconds: "how long at most" },
  },
  "budget.opened": {
    means: "The budget is counted in Redis again.",
    todo: "",
    fields: {},
  },
  "page.rowsDropped": {
    means: "Rows of an answer could not be made valid and were left out; the page says how many in `dropped_count`.",
    todo: "The upstream's answers drift. Look for a newer version of this service, and report the reasons.",
    fields: { count: "rows left out", reasons: "which field was wrong, and how" },
  },
  "page.offsetContradicted": {
    means: "The upstream counts its rows from another place than we do.",
    todo: "Run `npm run doctor`: `UPSTREAM_FIRST_PAGE` may be wrong, and then every page but the first is.",
    fields: { expected: "the number of the first row, as we count", received: "as the upstream counts" },
  },
  "page.rowsCut": {
    means:
      "The upstream sent sessions of other meetings than the one asked for. They were cut before anybody saw them.",
    todo: "The upstream ignores its own filter. No data got out. Report it; total counts are not shown meanwhile.",
    fields: { count: "rows cut" },
  },
  "request.refused": {
    means: "An answer was an error, by the code.",
    todo: "Below 500 it is the client's to correct. From 500 on, the reason is in another event.",
    fields: { code: codes, limit: "with `rate_limited`: `requests`, `budget` or `checks`" },
  },
  "request.failed": {
    means: "A fault in this service. The client got `internal` and a request id.",
    todo: "Report it with the version and the lines around it.",
    fields: { reason: faults },
  },
  "cors.refused": {
    means:
      "A page of an origin that is not allowed asked. Its browser hides the answer; to the page it looks like a broken network. Told once for each origin, for the first 20.",
    todo: "If the page is yours, add the origin to `ALLOWED_ORIGINS`.",
    fields: { origin: "as the browser sent it" },
  },
  "proxy.untrusted": {
    means:
      "A request came with X-Forwarded-For from a private address that `TRUSTED_PROXIES` does not list. Told once. All clients behind that proxy are counted as one.",
    todo: "Add the proxy's address or block to `TRUSTED_PROXIES`.",
    fields: {},
  },
  "node.listening": {
    means: "The process takes requests.",
    todo: "",
    fields: { port: "where" },
  },
  "connection.dropped": {
    means:
      "20,000 requests wait in this Node process for the answers before them on their connections, and more than 16 of them on this one.",
    todo: "Somebody sends requests without reading answers. If it lasts, find them in front of this process and block them.",
    fields: {},
  },
  "node.draining": {
    means: "The process got SIGTERM or SIGINT: it answers what it has begun, at most 10 s, and ends.",
    todo: "",
    fields: {},
  },
  "identity.refused": {
    means: "A credential was looked at and not accepted.",
    todo: "`audience`, `issuer`, `algorithm`, `unknown_key`, `unfit_key` for everybody: the settings do not fit the login; run `npm run doctor`. `expired` for everybody: clocks differ.",
    fields: {
      reason:
        "no credential: `no_token`, `no_cookie`, `not_bearer`; whose page asked: `not_first_party`; a cookie that is there twice: `repeated_cookie`; a cookie that is none of ours, has ended, or was ended: `sealed`, `expired`, `ended`; its form: `too_long`, `malformed`, `header`, `algorithm`, `type`, `key_id`; its key: `unknown_key`, `unfit_key`, `signature`, `keys_unavailable`; its claims: `claims`, `issuer`, `audience`, `exp`, `nbf`, `iat`, `expired`, `not_yet_valid`, `issued_later`, `subject`",
    },
  },
  "identity.keysFetched": {
    means: "The login's public keys were fetched.",
    todo: "",
    fields: { count: "keys of use" },
  },
  "identity.keysFailed": {
    means:
      "The login's public keys could not be fetched. The last good ones serve for 24 h; without any, callers get 503 `identity_unavailable`.",
    todo: "Run `npm run doctor`. Check `JWT_JWKS_URL` or `ACCESS_TEAM`, and the way there.",
    fields: {
      reason:
        "`timeout`, `network`, `redirect`, `status`, `too_large`, `not_json`, `not_a_key_set`, `too_many_keys`, `no_usable_key`",
    },
  },
  "login.began": { means: "Somebody was sent to the login.", todo: "", fields: {} },
  "login.completed": { means: "Somebody logged in.", todo: "", fields: {} },
  "login.refused": {
    means: "A login did not end well: the person sees one plain page that says so.",
    todo: "`token_invalid_client`: `OIDC_CLIENT_SECRET` is wrong. `too_large`: let policies read fewer or shorter claims. `audience`, `algorithm`: the client there is set up for something else. `provider_…` for everybody: the provider says why. `no_attempt`, `attempt`, `state`, `replayed`: a link was used twice, too late or in another browser; many from one address are somebody trying.",
    fields: {
      reason:
        "what the browser brought: `no_attempt`, `attempt`, `state`, `replayed`, `return_to`; what the provider said: `provider_` or `token_` and a code of OAuth, `other` for one that is none; what its answer was: `oauth_…`, or a reason of `identity.refused`; what is kept of it: `too_large`",
    },
  },
  "login.unavailable": {
    means: "Nobody can log in at the moment; whoever is logged in stays so. The person sees one plain page with 503.",
    todo: "Run `npm run doctor`. Check `OIDC_ISSUER`, and the way there; with `logins`, the store.",
    fields: { reason: "`provider`: its discovery document; `token_endpoint`; `keys`; `logins`: the record of logins" },
  },
  "login.ended": {
    means: "A login was ended before its time.",
    todo: "",
    fields: { by: "`person` here, or `provider` for whoever logged out there" },
  },
  "login.providerFetched": { means: "The OpenID provider's discovery document was fetched.", todo: "", fields: {} },
  "login.providerFailed": {
    means:
      "The OpenID provider's discovery document could not be fetched. The last good one serves for 24 h; without any, nobody can log in.",
    todo: "Run `npm run doctor`. Check `OIDC_ISSUER`, and the way there.",
    fields: {
      reason:
        "`timeout`, `network`, `redirect`, `status`, `too_large`, `not_json`, `not_a_provider`, `other_issuer`, `insecure_address`, `client_method`",
    },
  },
  "login.storeFailed": {
    means:
      "The record of logins did not answer. Who was there within a minute stays in; others get 503 `identity_unavailable`.",
    todo: "See to Redis, or to the shield.",
    fields: { reason: "`gone`, `refused`, or the name of an error" },
  },
  "purge.recorded": {
    means: "An operator had pages forgotten.",
    todo: "",
    fields: {
      of: "`app`, `meeting` or `session`: what its pages are about",
      isHard: "whether no older page may be shown any more, not even while the upstream fails",
      sequence: "its place in the log of changes",
    },
  },
  "webhook.taken": {
    means: "An event of RealtimeKit was verified and written into the log of changes.",
    todo: "",
    fields: { event: "its name, such as `meeting.started`", sequence: "its place in the log" },
  },
  "webhook.ignored": {
    means: "An event with a good signature needs nothing done. It was answered with a 204.",
    todo: "With `foreign_app`, somebody else's webhook points at this service, or an app is missing in `REALTIMEKIT_APPS`. The others are normal.",
    fields: {
      because:
        "`foreign_app` (of an app that is not configured), `no_app` (names none), `unknown_event` (this version knows no event of that name), `duplicate` (taken before)",
    },
  },
  "webhook.refused": {
    means:
      "What was sent to the webhook is no event of RealtimeKit. It was answered with a 4xx, and is not sent again.",
    todo: "Some are anybody's tries. If genuine events are refused, something on the way changes bodies or takes headers away, or `WEBHOOK_PUBLIC_KEY` is out of date.",
    fields: {
      reason:
        "`no_signature` (missing, or none by its form), `wrong_signature` (of another key or other bytes), `body` (signed, and no JSON object)",
    },
  },
  "webhook.postponed": {
    means: "An event could not be taken for now. It was answered with a 503, so RealtimeKit sends it again.",
    todo: "With `key`, look for `webhook.keyFailed`. With `log`, look at the shield (Workers) or Redis (Node).",
    fields: { because: "`key` (it can't be verified), `log` (it can't be recorded)" },
  },
  "webhook.keyFetched": {
    means: "The key that events are signed with was fetched.",
    todo: "",
    fields: {},
  },
  "webhook.keyFailed": {
    means:
      "The key that events are signed with can't be had. The last good one is used for a week; without one, events wait.",
    todo: "Check `WEBHOOK_KEY_URL`, name resolution and firewall; or set `WEBHOOK_PUBLIC_KEY`.",
    fields: {
      reason:
        "`network`, `timeout`, `redirect`, `status`, `too_large`, `not_json`, `no_key` (the document has none), `unusable_key` (no RSA key of 2048 bits or more)",
    },
  },
  "limiter.failed": {
    means:
      "The rate limiting binding does not answer; each isolate counts for itself, and in `public` nothing new is let through for a second.",
    todo: "Check the binding `CLIENT_LIMIT`.",
    fields: { policy: "which count" },
  },
  "config.warned": {
    means: "The configuration works and looks like a mistake.",
    todo: "Run `npm run doctor`, which says how to mend it.",
    fields: { warnings: "a name and a sentence each, never a value" },
  },
  "config.rejected": {
    means: "The configuration can't be used. Every answer is `misconfigured`.",
    todo: "Correct each name in `problems`. `npm run doctor -- --wrangler wrangler.toml` shows the same before a deploy.",
    fields: { problems: "a name, a reason and the fix each, never a value" },
  },
};

const levelCell = (type: EventType) => {
  const { level }: { level: string | Readonly<Record<string, string>> } = eventLevels[type];
  if (typeof level === "string") return level;
  return Object.entries(level)
    .map(([because, one]) => `${because}: ${one}`)
    .join(", ");
};

/** One table with every event, for docs/events.md. */
export function eventsTable(): string {
  const types = Object.keys(eventLevels) as EventType[];
  const rows = types.map((type) => {
    const { means, todo, fields } = eventWords[type];
    const named = Object.entries(fields).map(([field, words]) => `\`${field}\`: ${words}`);
    const { isCounted } = eventLevels[type];
    return `| \`${type}\` | ${levelCell(type)}${isCounted ? "" : ", always"} | ${means} | ${todo || "–"} | ${named.join("; ") || "–"} |`;
  });
  return ["| event | level | what it means | what to do | fields |", "| --- | --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}
