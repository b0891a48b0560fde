// The registrations of webhooks, app by app, and the API that keeps them. The documents show the object and no errors: these are in the
// service's words for other things.
import { type Answer, jsonAnswer, v4Error } from "./answer.ts";
import { streamOf, uuid } from "./chance.ts";
import { isRecord } from "./checks.ts";
import { envelopeText } from "./envelope.ts";
import type { ActiveFaults } from "./fault-plan.ts";
import { badRequest, notFound } from "./question.ts";
import type { WebhookRoute } from "./routes.ts";
import { variedText } from "./variants.ts";
import { type EventName, eventNames } from "./webhook-events.ts";

/** A registration in the upstream's own words. */
export type Webhook = {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly EventName[];
  readonly enabled: boolean;
  readonly created_at: string;
  readonly updated_at: string;
};

/** A call to the registrations of an app. `text`: its body as sent. */
export type WebhookCall = {
  readonly route: WebhookRoute;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly text: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly faults: ActiveFaults;
};

export type WebhookRegistry = {
  answer(call: WebhookCall): Answer;
  /** Registers an address for all events of an app. */
  add(appId: string, url: string, nowMs: number): Webhook;
  /** The webhooks of an app that are enabled. */
  enabled(appId: string): readonly Webhook[];
  /** How many there are, of all apps. */
  count(): number;
};

/** Webhooks of one app, at most. */
const webhooksMax = 100;

const methods: Readonly<Record<WebhookRoute, readonly string[]>> = {
  "webhook-events": ["GET"],
  webhooks: ["GET", "POST"],
  webhook: ["GET", "PUT", "PATCH", "DELETE"],
};

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An empty registry. `seed` decides the ids. */
export function createWebhookRegistry(seed: number): WebhookRegistry {
  const ofApps = new Map<string, Map<string, Webhook>>();
  let made = 0;

  const of = (appId: string) => {
    const known = ofApps.get(appId) ?? new Map<string, Webhook>();
    ofApps.set(appId, known);
    return known;
  };
  const create = (appId: string, members: Members, nowMs: number) => {
    const at = new Date(nowMs).toISOString();
    const webhook = { id: uuid(streamOf(seed, "webhook", (made += 1))), ...members, created_at: at, updated_at: at };
    of(appId).set(webhook.id, webhook);
    return webhook;
  };

  return {
    add: (appId, url, nowMs) => create(appId, { name: "simulator", url, events: eventNames, enabled: true }, nowMs),
    enabled: (appId) => [...(ofApps.get(appId)?.values() ?? [])].filter(({ enabled }) => enabled),
    count: () => [...ofApps.values()].reduce((sum, { size }) => sum + size, 0),
    answer({ route, method, params, text, nowMs, faults }) {
      const allowed = methods[route];
      if (!allowed.includes(method)) {
        return v4Error(405, 10_405, "Method not allowed for this path", [["allow", allowed.join(", ")]]);
      }
      const thing = (value: unknown, status = 200) =>
        jsonAnswer(status, envelopeText({ rows: variedText(value, faults), isList: false }, faults));
      if (route === "webhook-events") return thing(eventNames);
      const appId = params["app_id"] ?? "";
      const webhooks = of(appId);
      if (route === "webhooks" && method === "GET") {
        const rows = [...webhooks.values()].map((webhook) => variedText(webhook, faults)).join(",");
        return jsonAnswer(200, envelopeText({ rows: faults.one("empty-list") ? "" : rows, isList: true }, faults));
      }
      if (route === "webhooks") {
        const members = readMembers(text, { name: undefined, url: undefined, events: undefined, enabled: true });
        if (typeof members === "string") return badRequest(members);
        if (webhooks.size >= webhooksMax) return badRequest(`an app has ${webhooksMax} webhooks at most`);
        return thing(create(appId, members, nowMs), 201);
      }
      const id = params["webhook_id"] ?? "";
      if (!uuidPattern.test(id)) return badRequest('"id" must be a valid GUID');
      const webhook = webhooks.get(id);
      if (!webhook) return notFound();
      if (method === "GET") return thing(webhook);
      if (method === "DELETE") {
        webhooks.delete(id);
        return thing(webhook);
      }
      const absent =
        method === "PATCH" ? webhook : { name: undefined, url: undefined, events: undefined, enabled: true };
      const members = readMembers(text, absent);
      if (typeof members === "string") return badRequest(members);
      const changed = { ...webhook, ...members, updated_at: new Date(nowMs).toISOString() };
      webhooks.set(id, changed);
      return thing(changed);
    },
  };
}

type Members = Pick<Webhook, "name" | "url" | "events" | "enabled">;
/** What stands for a member that is not sent; one without is required. */
type Absent = { readonly [Name in keyof Members]: Members[Name] | undefined };

/** The members of a body, or a sentence on the first thing wrong with it. */
function readMembers(text: string, absent: Absent): Members | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "the body is not JSON";
  }
  if (!isRecord(body)) return "the body must be an object";
  const stranger = Object.keys(body).find((member) => !["name", "url", "events", "enabled"].includes(member));
  if (stranger !== undefined) return `"${stranger}" is not allowed`;
  const { name = absent.name, url = absent.url, events = absent.events, enabled = absent.enabled } = body;
  for (const [member, value] of Object.entries({ name, url, events })) {
    if (value === undefined) return `"${member}" is required`;
  }
  if (typeof name !== "string" || name === "" || name.length > 200) return '"name" must be a string';
  if (typeof url !== "string" || url.length > 2_048 || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    return '"url" must be a valid uri';
  }
  if (!Array.isArray(events) || events.length === 0) return '"events" must contain at least 1 items';
  const known = eventNames.filter((event) => events.includes(event));
  if (known.length < new Set(events).size) return `"events" must be of [${eventNames.join(", ")}]`;
  if (typeof enabled !== "boolean") return '"enabled" must be a boolean';
  return { name, url, events: known, enabled };
}
