// Whether the upstream counts its pages from 0 or from 1, told from pages of one row, newest first: `page_no=1` is the first row
// where it counts from 1, and the second where it counts from 0.
//
// A session that starts between two questions moves every row by one, and would make either look like the other. So the first
// page is asked for again at the end: only where it is as it was, something can be told. It takes two sessions to tell; where the
// upstream does not say how many there are, one page further on must be another row. An upstream that gave its last page for
// every page beyond could not be told from one that counts from 1, and that page shows it.
import type { Config } from "../../src/config/config.ts";
import type { AppAnswer, PageProbe } from "./apps.ts";
import type { Finding, Tell } from "./findings.ts";

const check = "UPSTREAM_FIRST_PAGE";

type Verdict = 0 | 1 | "too few" | "changing" | "failed";

/** Two or three calls for an app; another app is tried while it can't be told and there are calls left. */
export async function checkFirstPage(
  { upstreamFirstPage }: Config,
  answers: readonly AppAnswer[],
  { probe, callsLeft, tell }: { probe: PageProbe; callsLeft: () => number; tell: Tell },
): Promise<void> {
  let verdict: Verdict = "too few";
  for (const answer of answers) {
    if (callsLeft() < (answer.first.total === null ? 3 : 2)) break;
    const outcome = await judge(answer, probe);
    if (outcome !== "too few") verdict = outcome;
    if (typeof outcome === "number") break;
  }
  tell(findingOf(verdict, upstreamFirstPage));
}

async function judge({ appId, first }: AppAnswer, probe: PageProbe): Promise<Verdict> {
  const { row, total } = first;
  if (row === undefined || (total !== null && total < 2)) return "too few";
  const pageOne = await probe.ask(appId, 1);
  if (!pageOne.ok) return "failed";
  const isSame = pageOne.value.row === row;
  if (total === null && isSame) {
    const pageTwo = await probe.ask(appId, 2);
    if (!pageTwo.ok) return "failed";
    if (pageTwo.value.row === undefined || pageTwo.value.row === row) return "too few";
  }
  if (pageOne.value.row === undefined) return "too few";
  const again = await probe.ask(appId);
  if (!again.ok) return "failed";
  if (again.value.row !== row) return "changing";
  return isSame ? 1 : 0;
}

function findingOf(verdict: Verdict, configured: 0 | 1): Finding {
  switch (verdict) {
    case "too few":
      return unclear("no app has two sessions to compare", "run this again when there are some");
    case "changing":
      return unclear("sessions were starting just now", "run this again");
    case "failed":
      return unclear("the upstream did not answer every question", "run this again");
    case 0:
    case 1:
      return verdict === configured
        ? { level: "ok", check, what: `is ${configured}, and that is where the upstream counts from` }
        : {
            level: "fail",
            check,
            what: `is ${configured}, and the upstream counts its pages from ${verdict}: every page but the first is wrong`,
            fix: `set UPSTREAM_FIRST_PAGE=${verdict}`,
          };
  }
}

const unclear = (what: string, fix: string): Finding => ({ level: "warn", check, what: `can't tell: ${what}`, fix });
