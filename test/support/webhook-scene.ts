// The whole service with webhooks on: RealtimeKit sends it events, publishes its key as well or as badly as a test wants, and the log of
// changes is a list.
import type { Change } from "../../src/resources/change.ts";
import type { Fetch } from "../../src/ground/fetch-json.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { createTestService } from "./app.ts";
import type { TestService } from "./app.ts";
import { bytesOf, deliveryOf, keyDocument, keyUrl, webhookPath } from "./webhooks.ts";
import type { Signing } from "./webhooks.ts";

/** Answers of the address of the key: the document of a pair, or none. */
export const published = (key: string) => async () => Response.json(keyDocument(key));
export const down: Fetch = async () => {
  throw new TypeError("fetch failed");
};

export function createWebhookScene(settings: Readonly<Record<string, string>> = {}) {
  let answerKey: Fetch = published("first");
  let canWrite = true;
  const asked: string[] = [];
  const changes: Change[] = [];
  const service: TestService = createTestService({
    settings: { WEBHOOKS: "on", WEBHOOK_KEY_URL: keyUrl, ...settings },
    keys: async (url, init) => {
      asked.push(url);
      return answerKey(url, init);
    },
    services: {
      async invalidate(change) {
        if (!canWrite) return undefined;
        return changes.push(change);
      },
    },
  });
  const [appId = ""] = service.config.apps.values();
  const post = (init: RequestInit) => service.send(webhookPath, { ...init, method: "POST" });
  return {
    ...service,
    appId,
    asked,
    changes,
    post,
    deliver: (payload: unknown, signing?: Signing) => post(deliveryOf(bytesOf(payload), signing)),
    publishKey: (how: Fetch) => void (answerKey = how),
    setWritable: (can: boolean) => void (canWrite = can),
    events: () => service.lines.flatMap((line): readonly Event[] => (line.kind === "request" ? line.events : [])),
  };
}
