// Ways to take away from a service what keeps callers or pages apart, as changes to its parts.
import type { Entry } from "../../src/cache/store.ts";
import type { Principal } from "../../src/identity/principal.ts";
import type { Access } from "../../src/policy/access.ts";
import { keyOf, type KeyParts } from "../../src/resources/read-query.ts";
import type { Resource, Values } from "../../src/resources/resource.ts";
import type { Address, Ask, Questions } from "../../src/service/questions.ts";
import type { Views } from "../../src/service/views.ts";
import type { Change } from "./oracle-services.ts";

type Keyed = Pick<Resource, "operationId" | "path" | "version">;

/** Pages are kept under a key of fewer parts, those of parents too. */
export const keyedBy = (
  partsOf: (parts: KeyParts, resource: Resource) => Partial<KeyParts>,
  as?: (resource: Resource) => Keyed,
) => ({
  questions(real: Questions, { accountId, exposeMeta, upstreamFirstPage: firstPage }: KeySettings): Questions {
    const key = ({ resource, appId, ids }: Address, query: Values) => {
      const parts = { accountId, appId, exposeMeta, firstPage, ids, query };
      return keyOf(as?.(resource) ?? resource, { ...parts, ...partsOf(parts, resource) });
    };
    return {
      ...real,
      make: async (address, query) => ({ ...(await real.make(address, query)), key: await key(address, query) }),
      async ask(address, scope, search) {
        const asked = await real.ask(address, scope, search);
        if (!asked.ok) return asked;
        const { question, ...rest } = asked.value;
        return { ok: true, value: { ...rest, question: { ...question, key: await key(address, question.query) } } };
      },
    };
  },
});
type KeySettings = { accountId: string; exposeMeta: boolean; upstreamFirstPage: 0 | 1 };

/** What is asked and shown is changed after the scope was injected. */
export const askedAs = (change: (ask: Ask) => Ask): Change => ({
  questions: (real) => ({
    ...real,
    async ask(address, scope, search) {
      const asked = await real.ask(address, scope, search);
      return asked.ok ? { ok: true, value: change(asked.value) } : asked;
    },
  }),
});

export const viewKeyedBy = (keyFor: (pageKey: string, viewId: string) => string): Change => {
  const shorter = (key: string) => {
    const [pageKey = "", viewId = ""] = key.split(" ");
    return keyFor(pageKey, viewId);
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
export const internedBy = (nameOf: (access: Access) => string): Change => ({
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

export function withRawEtag(real: Views): Views {
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

export function thatOutlive(real: Views): Views {
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
export const identityBy = (remembered: (authorization: string | undefined) => string | undefined): Change => ({
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

export const targetForgotten = (shorter: (target: string) => string, accessOf: (access: Access) => Access): Change => ({
  questions: (real) => ({
    ...real,
    known: (access, target) => real.known(accessOf(access), shorter(target)),
    remember: (access, target, ask) => real.remember(accessOf(access), shorter(target), ask),
  }),
});
