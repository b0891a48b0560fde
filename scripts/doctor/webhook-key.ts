// Whether the service will have the key that signs webhooks: it is pinned, or it can be had where it is published (one try, no redirect, three
// seconds) and can verify.
import type { Platform } from "../../src/config/rules.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import type { KeyOrigin } from "../../src/identity/signing-key.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { keyIn } from "../../src/webhooks/key-document.ts";
import { importKey } from "../../src/webhooks/signature.ts";
import type { Finding } from "./findings.ts";
import { callJson, type JsonAnswer } from "./json-call.ts";

const check = "WEBHOOK_KEY_URL";
const fix = "check that it is the address of the key document; try again";

export async function checkWebhookKey(
  origin: KeyOrigin,
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
  if (answer.state !== "answered") return { level: "fail", check, ...faultOf(answer) };
  const key = keyIn(answer.body);
  const imported = key.ok ? await importKey(key.value) : key;
  if (imported.ok) return { level: "ok", check, what: "the key of webhooks is published, and can verify" };
  return imported.failure === "no_key"
    ? { level: "fail", check, ...noKeyBecause("the document has no key"), fix }
    : { level: "fail", check, what: "what is published is no RSA key that can be used", fix };
}

const noKeyBecause = (why: string) => ({ what: `the key of webhooks can't be had: ${why}` });

function faultOf(answer: Exclude<JsonAnswer, { state: "answered" }>): { what: string; fix: string } {
  switch (answer.state) {
    case "unreadable":
      return { ...noKeyBecause(`the document is not JSON of the right size (${answer.reason})`), fix };
    case "refused":
      return { ...noKeyBecause(`status ${answer.status}`), fix };
    case "limited":
      return { ...noKeyBecause("status 429"), fix };
    case "unreachable":
      return { ...noKeyBecause(answer.what), fix: answer.fix };
  }
}
