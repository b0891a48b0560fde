// The one way from a request to a page, on both platforms and for every resource: who asks, how often, what they may see, what they
// ask, the page, and what of it they are shown. This order is the boundary's.
//
// Each step has a memory in front (who showed this credential, what this target meant to this access, this page, this cut), so that a
// question which is asked again and again costs a few look-ups and no promise. No step is skipped: what is remembered is a step's own
// outcome.
import type { PageCache, ReadContext } from "../cache/page-cache.ts";
import type { Entry } from "../cache/store.ts";
import { fail, ok, type Failure, type RateLimited, type Result } from "../ground/errors.ts";
import type { Clock, Defer, Report } from "../ground/runtime.ts";
import type { Credentials } from "../identity/principal.ts";
import { clientOf } from "../limits/client.ts";
import type { Allowance, ClientLimiter } from "../limits/limiter.ts";
import type { Question } from "../resources/question.ts";
import { after, afterOk, type Eventually } from "./eventually.ts";
import { createParents } from "./parents.ts";
import type { Address, Ask, Questions } from "./questions.ts";
import type { Views } from "./views.ts";
import { refusalOf, type Visitor, type Visitors } from "./visitors.ts";

/** All of a request that an answer depends on. `target` is path and query as they came in. */
export type Asked = {
  method: string;
  target: string;
  origin: string | undefined;
  ifNoneMatch: string | undefined;
  /** `Accept-Encoding`; missing where the platform compresses by itself. */
  acceptEncoding?: string | undefined;
  /** `Sec-Fetch-Site`: what a browser says of the page that made it ask. */
  fetchSite: string | undefined;
  credentials: Credentials;
  /** As the platform knows it; never a header that a client can set. */
  address: string | undefined;
};

/**
 * What a path names: a resource of an app. `appId` and `ids` are undefined where the path has some that can't be. `isAskedOnce`: nobody is
 * expected to ask the same again.
 */
export type Matched = Omit<Address, "appId" | "ids"> & {
  appId: string | undefined;
  ids: Readonly<Record<string, string>> | undefined;
  isAskedOnce?: true;
};

/** Whoever asks and what they ask, remembered from before. */
export type Known = { visitor: Visitor; ask: Ask };

/** What somebody was let in to ask, and until when (epoch milliseconds). `client` is who is counted. */
export type Admission = { ask: Ask; client: string; endsAt: number };

/** The same, with what is left of the asker's allowance. */
export type Admitted = Admission & { allowance: Allowance };

/** A page as its asker may see it. */
export type Shown = Admitted & { entry: Entry };

export type AnswerContext = {
  report: Report;
  defer: Defer;
  requestId: string;
  /** Why this request may cause no load, if so. */
  loadRefusal: Failure | undefined;
  /** Told why an older page is shown. */
  whenFailed?: (failure: Failure) => void;
};

export type Answers = {
  /** Undefined for what must be matched and read first. */
  recall(asked: Asked): Known | undefined;
  /** At once where every step remembers its outcome. */
  answer(asked: Asked, what: Known | Matched, context: AnswerContext): Eventually<Result<Shown>>;
  /** The steps before any page: who asks, how often, what they may see, and what they ask. */
  admit(asked: Asked, what: Known | Matched, context: AnswerContext): Eventually<Result<Admitted>>;
  /** A page for who reads it once, whole: kept nowhere. Counts no request. */
  once(admission: Admission, context: AnswerContext): Eventually<Result<Entry>>;
  /** The page of an earlier answer as it is now, whole: for who goes on listening. Counts no request. */
  reload(admission: Admission, context: AnswerContext): Eventually<Result<Entry>>;
  /** A page as its asker may see it. */
  cut(entry: Entry, ask: Ask, report: Report): Eventually<Result<Entry>>;
};

export type AnswerParts = {
  visitors: Visitors;
  questions: Questions;
  pages: PageCache<Question>;
  views: Views;
  /** Of all requests of a client. */
  requests: ClientLimiter;
  /** The percentage of the budget that one client may cause, where its policy does not say. */
  budgetPercent: number;
  /** Names a client where it is counted with others: of what it is made stays here. */
  digest: (text: string) => string;
  clock: Pick<Clock, "now">;
};

export function createAnswers(parts: AnswerParts): Answers {
  const { visitors, questions, pages, views, requests, budgetPercent, digest } = parts;
  const parents = createParents(parts);

  function recall({ target, credentials }: Asked): Known | undefined {
    const visitor = visitors.recall(credentials);
    const ask = visitor && questions.known(visitor.access, target);
    return visitor && ask && { visitor, ask };
  }

  /** A page that is here is shown without asking anybody else whether the client may ask. */
  function count(client: string, ask: Ask | undefined): Eventually<Allowance | RateLimited> {
    return ask && pages.holds(ask.question) ? requests.take(client) : requests.takeBelowCeiling(client);
  }

  async function read(matched: Matched, visitor: Visitor, target: string): Promise<Result<Ask>> {
    const { resource, appId, ids, isAskedOnce = false } = matched;
    const scope = appId === undefined ? undefined : visitor.access.scopes.get(appId)?.get(resource.name);
    if (appId === undefined || !scope) return fail(refusalOf(visitor, appId));
    if (!ids) return fail({ code: "not_found" });
    const asked = await questions.ask({ resource, appId, ids }, scope, searchOf(target));
    if (asked.ok && !isAskedOnce) questions.remember(visitor.access, target, asked.value);
    return asked;
  }

  const readContext = (
    { client, ask }: Admission,
    { report, defer, loadRefusal, requestId, whenFailed }: AnswerContext,
  ): ReadContext => ({
    defer,
    report,
    loadRefusal,
    whenFailed,
    payer: () => ({ client: digest(client), percent: ask.scope.budgetPercent ?? budgetPercent, requestId }),
  });

  function load(admission: Admission, context: AnswerContext): Eventually<Result<Entry>> {
    const contextOf = () => readContext(admission, context);
    return afterOk(parents.admit(admission.ask, contextOf), (question) => {
      const hit = pages.peek(question, context.report);
      return hit ? ok(hit) : pages.get(question, contextOf());
    });
  }

  function once(admission: Admission, context: AnswerContext): Eventually<Result<Entry>> {
    const contextOf = () => readContext(admission, context);
    return afterOk(parents.admit(admission.ask, contextOf), (question) => pages.once(question, contextOf()));
  }

  function admit(asked: Asked, what: Known | Matched, context: AnswerContext): Eventually<Result<Admitted>> {
    const { credentials, address, target } = asked;
    const isKnown = "visitor" in what;
    const identified = isKnown ? ok(what.visitor) : visitors.identify(credentials, { ...context, address });
    return afterOk(identified, (visitor) => {
      const client = visitor.client ?? clientOf(address);
      const known = isKnown ? what.ask : questions.known(visitor.access, target);
      return after(count(client, known), (allowance) => {
        if (allowance.code === "rate_limited") return fail(allowance);
        const asking = isKnown ? ok(what.ask) : known ? ok(known) : read(what, visitor, target);
        return afterOk(asking, (ask) => ok({ ask, client, endsAt: visitor.endsAt, allowance }));
      });
    });
  }

  function cut(entry: Entry, ask: Ask, report: Report): Eventually<Result<Entry>> {
    const known = views.recall(entry, ask);
    return known ? ok(known) : views.show(entry, ask, report);
  }

  return {
    recall,
    admit,
    once,
    reload: load,
    cut,
    answer(asked, what, context) {
      return afterOk(admit(asked, what, context), (admitted) =>
        afterOk(load(admitted, context), (page) =>
          afterOk(cut(page, admitted.ask, context.report), (entry) => ok<Shown>({ ...admitted, entry })),
        ),
      );
    },
  };
}

/** From the first question mark on, as it came: a repeated or ill-encoded parameter must still be visible. */
function searchOf(target: string): string {
  const mark = target.indexOf("?");
  if (mark < 0) return "";
  const hash = target.indexOf("#", mark);
  return hash < 0 ? target.slice(mark) : target.slice(mark, hash);
}
