// `npm run doctor -- purge`: has pages of a running service forgotten, by its own route, and says what to do where that is refused.
//
// It is the one command that changes something. The credential goes to the address given and nowhere else, and neither it nor a word of
// an answer is printed: what an answer means is told in words of ours, by its status and code.
import * as z from "zod";
import type { FailureCode } from "../../src/ground/errors.ts";
import { failureCodes, problemSlug } from "../../src/http/problem-table.ts";
import { purgePath } from "../../src/http/purge-route.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { readPurgeOrder } from "../../src/resources/purge-order.ts";
import { discard, parseJson, readBody } from "../../src/upstream/body.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { credentialsOf, originOf } from "../service-caller.ts";
import { askOnce } from "./ask-once.ts";
import { unreachable } from "./connection.ts";
import { type Finding, Refusal } from "./findings.ts";

export type PurgeOptions = {
  url: string | undefined;
  app: string | undefined;
  meeting: string | undefined;
  session: string | undefined;
  hard: boolean | undefined;
  /** An API key or a token; RTKB_TOKEN in the environment unless given. */
  token: string | undefined;
};

const deadlineMs = 15_000;
const limits = { bytesMax: 65_536, valuesMax: 1_024, idleMs: 5_000 };

const Recorded = z.object({ success: z.literal(true), data: z.object({ sequence: z.int().min(1) }) });
const Refused = z.object({ success: z.literal(false), code: z.string(), retry_after: z.int().min(1).nullable() });

/** One request; what came of it. Throws a refusal where the options can't be used. */
export async function purge(
  options: PurgeOptions,
  { environment, fetch, clock }: { environment: NodeJS.ProcessEnv; fetch: Fetch; clock: Clock },
): Promise<Finding> {
  const address = `${originOf(options.url)}${purgePath}`;
  const body = bodyOf(options);
  const headers = { "content-type": "application/json", ...identified(options.token, environment) };
  const asked = await askOnce(
    { url: address, method: "POST", headers, body },
    { fetch, clock, deadlineMs },
    (response, cutoff) => findingOf(response, () => readBody(response, cutoff, limits)),
  );
  if (asked.ok) return asked.value;
  const { isLate, faultCode } = asked.failure;
  if (isLate) return failed(`no answer within ${deadlineMs} ms, so it may have been recorded or not`, "run it again");
  const { what, fix } = unreachable(faultCode, { where: "--url", platform: "node" });
  return failed(what, fix);
}

function bodyOf({ app, meeting, session, hard }: PurgeOptions): string {
  if (app === undefined) throw new Refusal("--app: is required (write the app's alias, or its id)");
  const body = JSON.stringify({ app, meeting, session, hard });
  const order = readPurgeOrder(new TextEncoder().encode(body));
  if (order.ok) return body;
  const issues = order.failure.code === "invalid_body" ? (order.failure.issues ?? []) : [];
  throw new Refusal(issues.map(({ message }) => `--${message}`).join("\n"));
}

function identified(given: string | undefined, environment: NodeJS.ProcessEnv): Record<string, string> {
  const headers = credentialsOf(given, environment);
  if (Object.keys(headers).length > 0) return headers;
  throw new Refusal(
    "RTKB_TOKEN: is not set (put an API key or a token there; behind Cloudflare Access a service token into CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET)",
  );
}

async function findingOf(response: Response, read: () => ReturnType<typeof readBody>): Promise<Finding> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    discard(response);
    return failed(
      "was sent elsewhere, as a login in front does",
      "behind Cloudflare Access set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET to those of a service token",
    );
  }
  const outcome = await read();
  const body = outcome.kind === "text" ? parseJson(outcome.text)?.body : undefined;
  const recorded = status === 200 ? Recorded.safeParse(body) : undefined;
  if (recorded?.success) {
    const { sequence } = recorded.data.data;
    return { level: "ok", check, what: `recorded as ${sequence}: whoever asks next is shown no older page as fresh` };
  }
  const refused = Refused.safeParse(body);
  const code = refused.success ? failureCodes.find((known) => known === refused.data.code) : undefined;
  if (code === undefined) {
    return failed(
      `status ${status}, and no answer of this service`,
      "check --url; a firewall or a login in front may have answered",
    );
  }
  const seconds = refused.success ? refused.data.retry_after : null;
  const fix = fixes[code] ?? `see /problems/${problemSlug(code)} of the service`;
  return failed(`${status} ${code}`, seconds === null ? fix : `wait ${seconds} s; ${fix}`);
}

const check = "purge";
const failed = (what: string, fix: string): Finding => ({ level: "fail", check, what, fix });

const grantIt =
  'give the first policy that fits the app "grants": ["purge"]; npm run doctor -- explain shows which that is';
const fixes: Partial<Record<FailureCode, string>> = {
  unauthorized: "use an API key whose entry is in API_KEYS, or a token that has not ended",
  forbidden: grantIt,
  not_found: `check --app; if it is right, no policy grants this caller anything there: ${grantIt}`,
  method_not_allowed: "check --url, and that the service is of this version",
  invalid_body: "use the doctor of the service's own version",
  rate_limited: "one caller's purges and pages are counted together: purge an app rather than many meetings",
  identity_unavailable: "the service can't have the keys of tokens; its log says why (identity.keysFailed)",
  change_unrecorded: "if it goes on, the service's log says why the log of changes can't be written to",
  internal: "its log says more, under the request's id",
  misconfigured: "the service does not start with its settings: npm run doctor -- check",
};
