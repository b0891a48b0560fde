// Whether each app answers: one row of each, over the client and the reader that the service itself uses, with one try.
//
// What is kept of a row is its id, to compare pages by; it is never shown. Once the limit is spent no other app is asked.
import type { Config } from "../../src/config/config.ts";
import { clientOf } from "../../src/entries/loader.ts";
import type { Failure } from "../../src/ground/errors.ts";
import { fail, ok, type Result } from "../../src/ground/errors.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { callOf } from "../../src/resources/question.ts";
import { itemsOn } from "../../src/resources/read-page.ts";
import { sessions } from "../../src/resources/sessions.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import type { Finding, Tell } from "./findings.ts";

/** `row`: the id of the one row of the page, if there is one. `total`: how many sessions there are, where the upstream says. */
export type OneRow = { row: string | undefined; total: number | null; reasons: readonly string[] };

export type PageProbe = {
  /** One call. `pageNo` is sent as it is; without it the upstream's own first page is asked for. */
  ask(appId: string, pageNo?: 1 | 2): Promise<Result<OneRow>>;
};

export type AppAnswer = { alias: string; appId: string; first: OneRow };

/** Newest first, one row a page. */
const oneRow = { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 1 };

export function createPageProbe(config: Config, platform: { fetch: Fetch; clock: Clock }): PageProbe {
  const client = clientOf(config, platform);
  const { clock } = platform;
  return {
    async ask(appId, pageNo) {
      const query = { ...oneRow, page_no: pageNo === undefined ? 1 : pageNo + 1 };
      const now = clock.now();
      const context = { appId, ids: {}, query, exposeMeta: false, firstPage: 0, now } as const;
      const answer = await client.get({
        // Counted from 0, the page after page n is sent as n.
        ...callOf({ ...context, path: sessions.path }, 0),
        report: () => {},
        deadlineAt: now + config.upstreamDeadlineMs,
        read: (body) => sessions.read(body, context),
      });
      if (!answer.ok) return fail(answer.failure.failure);
      const read = answer.value.page;
      if (!read.ok) return fail({ code: "upstream_malformed", reason: read.failure });
      const { page, notes } = read.value;
      const row = itemsOn(page, sessions)[0]?.["id"];
      return ok({
        row: typeof row === "string" ? row : undefined,
        total: page.paging?.total_count ?? null,
        reasons: notes.droppedReasons,
      });
    },
  };
}

/** One call for each app, one after the other; gives those that answered. */
export async function checkApps({ apps }: Config, probe: PageProbe, tell: Tell): Promise<AppAnswer[]> {
  const answers: AppAnswer[] = [];
  let isLimited = false;
  for (const [alias, appId] of apps) {
    const check = `app ${alias}`;
    if (isLimited) {
      tell({ level: "note", check, what: "was not asked, because the account's limit is spent" });
      continue;
    }
    const answer = await probe.ask(appId);
    if (answer.ok) answers.push({ alias, appId, first: answer.value });
    else isLimited = answer.failure.code === "upstream_limited";
    tell(answer.ok ? answeredFinding(check, answer.value) : failedFinding(check, answer.failure));
  }
  return answers;
}

function answeredFinding(check: string, { row, total, reasons }: OneRow): Finding {
  const count = total ?? (row === undefined ? 0 : undefined);
  const found = count === undefined ? "some sessions" : count === 1 ? "1 session" : `${count} sessions`;
  if (reasons.length === 0) return { level: "ok", check, what: `answers; ${found}` };
  return {
    level: "warn",
    check,
    what: `answers, and parts of what it sends can't be used (${reasons.join(", ")})`,
    fix: "look for page.rowsDropped in the log, and for a newer version of this service",
  };
}

function failedFinding(check: string, failure: Failure): Finding {
  const found = (what: string, fix: string): Finding => ({ level: "fail", check, what, fix });
  switch (failure.code) {
    case "not_found":
      return found(
        "the upstream knows no such app in this account",
        "check its id in REALTIMEKIT_APPS, and that CLOUDFLARE_ACCOUNT_ID is the account it is in",
      );
    case "upstream_unauthorized":
      return found(
        "the token may not read it",
        "check that CLOUDFLARE_ACCOUNT_ID is the token's account, then give the token the permission Realtime for it",
      );
    case "upstream_limited":
      return found(
        `the account's limit is spent for ${failure.retryAfterSeconds} s`,
        "wait, and find out who else spends it",
      );
    case "upstream_timeout":
      return found("no answer in time", "try again; UPSTREAM_DEADLINE_MS is how long is waited");
    case "upstream_malformed":
      return found(
        `the answer is no page of sessions (${failure.reason})`,
        "check UPSTREAM_BASE_URL, and for a newer version of this service",
      );
    case "upstream_failed":
      return failure.reason === "network"
        ? found(`the upstream failed (${failure.reason})`, "try again; check name resolution, firewall and proxy")
        : found(`the upstream failed (${failure.reason})`, "try again; see https://www.cloudflarestatus.com");
    default:
      return found(`failed (${failure.code})`, "try again");
  }
}
