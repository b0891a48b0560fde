// The state of the page is its address: which app, which screen, and what that screen shows. Reload, back and a shared link all lead to
// the same picture.
//
// `app` and `screen` belong to the page, every other parameter to the screen. Going to another screen leaves the old one's behind.

/** Names to values; `undefined` takes a parameter away. */
export type Change = Readonly<Record<string, string | undefined>>;

export type Address = {
  query(): URLSearchParams;
  /** Within the screen, or to another one where the change names one. `replace` makes no step for the back button. */
  go(change: Change, how?: "push" | "replace"): void;
  /** Where `go` would lead, for links. */
  hrefOf(change: Change): string;
  /** Whenever the address changed; gives back what ends it. */
  listen(listener: () => void): () => void;
};

/** What is used of a browser's window. */
export type AddressWindow = {
  readonly location: { readonly pathname: string; readonly search: string };
  readonly history: {
    pushState(data: null, unused: string, url: string): void;
    replaceState(data: null, unused: string, url: string): void;
  };
  addEventListener(type: "popstate", listener: () => void): void;
};

export function createAddress(window: AddressWindow): Address {
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  window.addEventListener("popstate", tell);
  const query = () => new URLSearchParams(window.location.search);
  const hrefOf = (change: Change) => {
    const text = changed(query(), change).toString();
    return text === "" ? "/" : `/?${text}`;
  };
  return {
    query,
    hrefOf,
    go(change, how = "push") {
      const href = hrefOf(change);
      if (href === window.location.pathname + window.location.search) return;
      if (how === "push") window.history.pushState(null, "", href);
      else window.history.replaceState(null, "", href);
      tell();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The query after a change. A change of screen or app keeps nothing of the old screen's state. */
export function changed(query: URLSearchParams, change: Change): URLSearchParams {
  const leaves = "screen" in change && (change["screen"] ?? "live") !== (query.get("screen") ?? "live");
  const next = new URLSearchParams();
  for (const [name, value] of query) if (!leaves || name === "app") next.set(name, value);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  if (next.get("screen") === "live") next.delete("screen");
  return next;
}
