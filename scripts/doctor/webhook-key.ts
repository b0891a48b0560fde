// Whether the service will have the key that signs webhooks: it is pinned, or it can be had where it is published (one try, no redirect, three
// seconds) and can verify.
import type { WebhookSettings } from "../../src/config/config.ts";
import type { Platform } from "../../src/config/rules.ts";
import { field } from "../../src/ground/plain-data.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { readPublicKey } from "../../src/identity/signing-key.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import type { Finding } from "./findings.ts";
import { callJson, type JsonAnswer } from "./json-call.ts";

const check = "WEBHOOK_KEY_URL";
const fix = "check that it is the address of the key document; try again";

export async function checkWebhookKey(
  origin: WebhookSettings,
  { fetch, clock, platform }: { fetch: Fetch; clock: Clock; platform: Platform },
): Promise<Finding> {
  if ("key" in origin) {
    return {
      level: "ok",
      check: "WEBHOOK_PUBLIC_KEY",
      what: "the key of webhooks is pinned; set it anew when it changes",
    };
  }
  const answer = await callJson(
    { url: origin.keyUrl },
    { fetch, clock, platform, deadlineMs: 3_000, where: check, lateFix: "check name resolution, firewall and proxy" },
  );
  const key = keyIn(answer);
  if (key === undefined) {
    const fault = faultOf(answer);
    return { level: "fail", check, what: `the key of webhooks can't be had: ${fault.what}`, fix: fault.fix };
  }
  const read = readPublicKey(key);
  if (!read.ok || !read.value.key.algorithms.includes("RS256")) {
    return { level: "fail", check, what: "what is published is no RSA key that can be used", fix };
  }
  return { level: "ok", check, what: "the key of webhooks is published, and can verify" };
}

function keyIn(answer: JsonAnswer): string | undefined {
  const key = answer.state === "answered" ? field(field(answer.body, "data"), "publicKey") : undefined;
  return typeof key === "string" ? key : undefined;
}

function faultOf(answer: JsonAnswer): { what: string; fix: string } {
  switch (answer.state) {
    case "answered":
      return { what: "the document has no key", fix };
    case "unreadable":
      return { what: `the document is not JSON of the right size (${answer.reason})`, fix };
    case "refused":
      return { what: `status ${answer.status}`, fix };
    case "limited":
      return { what: "status 429", fix };
    case "unreachable":
      return answer;
  }
}
