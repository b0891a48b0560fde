// Whether the key that signs webhooks can be had where the service will look for it, and can verify: one try, no redirect, three seconds.
import type { Platform } from "../../src/config/rules.ts";
import { field } from "../../src/ground/plain-data.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { readPublicKey } from "../../src/identity/signing-key.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import type { Finding } from "./findings.ts";
import { callJson, type JsonAnswer } from "./json-call.ts";
import { isLoopback } from "./webhook-address.ts";

const check = "WEBHOOK_KEY_URL";
const standard = "https://api.realtime.cloudflare.com/.well-known/webhooks.json";

/** `given`: the setting; blank and absent take the product's own document. */
export async function checkWebhookKey(
  given: string | undefined,
  { fetch, clock, platform }: { fetch: Fetch; clock: Clock; platform: Platform },
): Promise<Finding> {
  const failed = (what: string, fix: string): Finding => ({ level: "fail", check, what, fix });
  const text = given?.trim() || standard;
  const url = URL.parse(text);
  if (!url || (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url)))) {
    return failed("is not an https address", `remove it, for ${standard}`);
  }
  const answer = await callJson(
    { url: url.href },
    { fetch, clock, platform, deadlineMs: 3_000, where: check, lateFix: "check name resolution, firewall and proxy" },
  );
  const key = keyIn(answer);
  if (key === undefined) {
    const { what, fix } = faultOf(answer);
    return failed(`the key of webhooks can't be had: ${what}`, fix);
  }
  const read = readPublicKey(key);
  if (!read.ok || !read.value.key.algorithms.includes("RS256")) {
    return failed("what is published is no RSA key that can be used", `remove it, for ${standard}`);
  }
  return { level: "ok", check, what: "the key of webhooks is published, and can verify" };
}

function keyIn(answer: JsonAnswer): string | undefined {
  const key = answer.state === "answered" ? field(field(answer.body, "data"), "publicKey") : undefined;
  return typeof key === "string" ? key : undefined;
}

function faultOf(answer: JsonAnswer): { what: string; fix: string } {
  const fix = "check that it is the address of the key document; try again";
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
