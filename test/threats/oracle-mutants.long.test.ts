// Whether the oracle can fail: everything that keeps callers apart is taken away, one thing at a time, and the oracle has to notice.
// What shows somebody what they must not see has to be noticed by the model of the policies alone as well, since a fault that both
// sides share makes no difference between them.
import { scopesOf, type SessionQuery } from "../support/session-list.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/cache/store.ts";
import type { Ask, Questions } from "../../src/service/questions.ts";
import type { Views } from "../../src/service/views.ts";
import type { Principal } from "../../src/identity/principal.ts";
import type { Access, Scope } from "../../src/policy/access.ts";
import { sessionPageKey } from "../support/session-list.ts";
import type { PageKeyParts } from "../support/session-list.ts";
import { makeView } from "../support/session-list.ts";
import { oracleCase } from "../support/oracle-cases.ts";
import { buildChanged } from "../support/oracle-services.ts";
import type { Change } from "../support/oracle-services.ts";
import { findingsIn, prepare } from "../support/oracle.ts";
import type { Prepared } from "../support/oracle.ts";

const everything: Scope = { policy: "everything", meetings: "*", fields: "*" };
const anybody: Access = { id: "0", scopes: new Map(), grants: new Map() };

/** The page is kept under a key of fewer parts. */
const keyedBy = (partsOf: (parts: PageKeyParts) => PageKeyParts): Change => ({
  questions: (real, { accountId, exposeMeta }) => ({
    ...real,
    async ask(address, scope, search) {
      const asked = await real.ask(address, scope, search);
      if (!asked.ok) return asked;
      const { question, ...rest } = asked.value;
      const query = question.query as unknown as SessionQuery;
      const key = await sessionPageKey(partsOf({ accountId, appId: address.appId, exposeMeta, query }));
      return { ok: true, value: { ...rest, question: { ...question, key } } };
    },
  }),
});

/** What is asked and shown is changed after the scope was injected. */
const askedAs = (change: (ask: Ask) => Ask): Change => ({
  questions: (real) => ({
    ...real,
    async ask(address, scope, search) {
      const asked = await real.ask(address, scope, search);
      return asked.ok ? { ok: true, value: change(asked.value) } : asked;
    },
  }),
});

const viewKeyedBy = (keyOf: (pageKey: string, viewId: string) => string): Change => {
  const shorter = (key: string) => {
    const [pageKey = "", viewId = ""] = key.split(" ");
    return keyOf(pageKey, viewId);
  };
  return {
    viewMemory: (real) => ({
      ...real,
      get: (key) => real.get(shorter(key)),
      put: (key, entry) => real.put(shorter(key), entry),
    }),
  };
};

/** Accesses that this name does not tell apart are one. */
const internedBy = (nameOf: (access: Access) => string): Change => ({
  accessOf(real) {
    const known = new Map<string, Access>();
    return (principal) => {
      const access = real(principal);
      const name = nameOf(access);
      known.set(name, known.get(name) ?? access);
      return known.get(name) ?? access;
    };
  },
});

function withRawEtag(real: Views): Views {
  const raw = (entry: Entry, shown: Entry): Entry => ({ ...shown, etag: entry.etag });
  return {
    recall(entry, ask) {
      const shown = real.recall(entry, ask);
      return shown && raw(entry, shown);
    },
    async show(entry, ask, report) {
      const shown = await real.show(entry, ask, report);
      return shown.ok ? { ok: true, value: raw(entry, shown.value) } : shown;
    },
  };
}

function thatOutlive(real: Views): Views {
  const known = new Map<string, Entry>();
  const nameOf = ({ question, view }: Ask) => `${question.key} ${view?.id ?? ""}`;
  const recall: Views["recall"] = (entry, ask) => (ask.view ? known.get(nameOf(ask)) : entry);
  return {
    recall,
    async show(entry, ask, report) {
      const kept = recall(entry, ask);
      if (kept) return { ok: true, value: kept };
      const shown = await real.show(entry, ask, report);
      if (shown.ok) known.set(nameOf(ask), shown.value);
      return shown;
    },
  };
}

/** `remembered` tells what of the credentials a principal is remembered by. */
const identityBy = (remembered: (authorization: string | undefined) => string | undefined): Change => ({
  identity(real) {
    const known = new Map<string, Principal>();
    return {
      recall(credentials) {
        const name = remembered(credentials.authorization);
        return real.recall(credentials) ?? (name === undefined ? undefined : known.get(name));
      },
      async identify(credentials, context) {
        const identified = await real.identify(credentials, context);
        const name = remembered(credentials.authorization);
        if (identified.ok && name !== undefined) known.set(name, identified.value);
        return identified;
      },
    };
  },
});

const unscoped = (real: Questions): Questions => ({
  ...real,
  ask: (address, _scope, search) => real.ask(address, everything, search),
});

/** Leaks: the model alone must notice. */
const leaks: Readonly<Record<string, Change>> = {
  "the memo of questions forgets whose they are": {
    questions: (real) => ({
      ...real,
      known: (_access, target) => real.known(anybody, target),
      remember: (_access, target, ask) => real.remember(anybody, target, ask),
    }),
  },
  "a cut page is kept without the view": viewKeyedBy((pageKey) => pageKey),
  "the key of a page lacks the app": keyedBy((parts) => ({ ...parts, appId: "" })),
  "the key of a page lacks EXPOSE_META": keyedBy((parts) => ({ ...parts, exposeMeta: false })),
  "the scope is not injected": { questions: unscoped },
  "the meeting is asked for, but rows of others are not cut": askedAs(({ view, ...rest }) => ({
    ...rest,
    view: view && makeView(view.fields, undefined),
  })),
  "fields are not cut": askedAs(({ view, ...rest }) => ({ ...rest, view: view && makeView("*", view.meeting) })),
  "nothing is cut": {
    views: () => ({ recall: (entry) => entry, show: async (entry) => ({ ok: true, value: entry }) }),
  },
  "the ETag is the raw page's": { views: withRawEtag },
  "any token recalls whoever came first": identityBy(() => ""),
  "a token is recalled after its end": identityBy((authorization) => authorization),
  "a token is recalled without its signature": identityBy((authorization) => authorization?.replace(/\.[^.]*$/, "")),
  "all callers have the access of the first": internedBy(() => ""),
  "an access is interned by its policies alone": internedBy((access) =>
    JSON.stringify([...scopesOf(access)].map(([appId, { policy }]) => [appId, policy])),
  ),
  "an access is interned without its apps": internedBy((access) =>
    JSON.stringify([...scopesOf(access).values()].map(({ meetings, fields }) => [meetings, fields])),
  ),
};

/** What is wrong though nobody sees what is not theirs: only the comparison can tell. */
const faults: Readonly<Record<string, Change>> = {
  "a cut page is kept without the page": viewKeyedBy((_pageKey, viewId) => viewId),
  "the key of a page lacks the meeting": keyedBy(({ query: { associated_id: _left, ...query }, ...parts }) => ({
    ...parts,
    query,
  })),
  "the memo of questions forgets the query": {
    questions: (real) => ({
      ...real,
      known: (access, target) => real.known(access, target.replace(/\?.*/, "")),
      remember: (access, target, ask) => real.remember(access, target.replace(/\?.*/, ""), ask),
    }),
  },
  "the key of a page lacks the query": keyedBy((parts) => ({
    ...parts,
    query: { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 5 },
  })),
  "the key of a page lacks the number of the page": keyedBy(({ query, ...parts }) => ({
    ...parts,
    query: { ...query, page_no: 1 },
  })),
  "the scope is cut, but not asked for": askedAs(({ question, ...rest }) => {
    const { associated_id: _left, ...query } = question.query;
    return { ...rest, question: { ...question, query, key: `${question.key}-unscoped` } };
  }),
  "a cut page outlives the page": { views: thatOutlive },
  "CORS headers of the first origin are for all": {
    cors(real) {
      let first: ReturnType<typeof real.headers> | undefined;
      return { ...real, headers: (origin) => (first ??= real.headers(origin)) };
    },
  },
};

/** Each change is noticed within a few dozens of cases. The cases are the same in each run: whether a change is noticed is no matter of luck. */
const casesMax = 600;
const seed = Number(process.env["TEST_SEED"] || 1);
const cases = fc.sample(oracleCase, { numRuns: casesMax, seed });
/** What the new services say is the same whatever it is compared with. */
const prepared: Promise<Prepared>[] = [];

/** Whether there is something of this kind in the first so many cases. */
async function isNoticed(kind: "differences" | "breaches", change: Change, casesTried = casesMax): Promise<boolean> {
  for (const [place, each] of cases.slice(0, casesTried).entries()) {
    prepared[place] ??= prepare(each);
    const findings = await findingsIn(await prepared[place], (parts) => buildChanged(parts, change));
    if (findings[kind].length > 0) return true;
  }
  return false;
}

describe(`the oracle, over cases of seed ${seed}`, { timeout: 60_000 }, () => {
  it("has nothing against the same parts put together by the test", async () => {
    expect(await isNoticed("differences", {}, 30)).toBe(false);
    expect(await isNoticed("breaches", {}, 30)).toBe(false);
  });

  it.each(Object.entries({ ...leaks, ...faults }))("notices when %s", async (_name, change) => {
    expect(await isNoticed("differences", change)).toBe(true);
  });

  it.each(Object.entries(leaks))("notices by the policies alone when %s", async (_name, change) => {
    expect(await isNoticed("breaches", change)).toBe(true);
  });
});
