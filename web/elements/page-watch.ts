// A page that keeps up, for an element: asked again when the question changes, ended when the element leaves the document.
import type { ReactiveControllerHost } from "lit";
import type { Face, WayOut } from "./face.ts";
import { momentText } from "./moments.ts";
import { faceOf, staleFaceOf } from "./problem-face.ts";
import type { Trouble } from "./problem-face.ts";

/** `connecting`: nothing is known yet, or the stream is being opened again. */
export type WatchState = "connecting" | "live" | "polling" | "offline";

export type WatchEvents = {
  onProblem(problem: { code: string; retryAfterMs: number | undefined }): void;
  onState(state: WatchState, asOf: number | undefined): void;
};

/** Opens the watch; gives back what ends it. */
export type StartWatch = (
  onPage: (page: object, info: { asOf: number; isStale: boolean }) => void,
  events: WatchEvents,
) => () => void;

export type Seen = {
  page: object | undefined;
  state: WatchState;
  /** When the page held, as milliseconds since 1970. */
  asOf: number | undefined;
  isStale: boolean;
  trouble: Trouble | undefined;
};

const unseen: Seen = { page: undefined, state: "connecting", asOf: undefined, isStale: false, trouble: undefined };

export type PageWatch = {
  readonly seen: Seen;
  /** Asks anew where the key is another one. Without `start` nothing is asked. */
  ask(key: string, start: StartWatch | undefined): void;
  /** Asks the same once more. */
  again(): void;
};

/** `onPage` is called besides the host's update. */
export function createPageWatch(
  host: ReactiveControllerHost & { isConnected: boolean },
  { onPage, onTrouble }: { onPage?: (page: object) => void; onTrouble?: (trouble: Trouble) => void } = {},
): PageWatch {
  let seen = unseen;
  let key: string | undefined;
  let start: StartWatch | undefined;
  let stop: (() => void) | undefined;

  const see = (change: Partial<Seen>) => {
    seen = { ...seen, ...change };
    host.requestUpdate();
  };

  function open(): void {
    stop?.();
    stop = start?.(
      (page, { asOf, isStale }) => {
        see({ page, asOf, isStale, trouble: undefined });
        onPage?.(page);
      },
      {
        onProblem({ code, retryAfterMs }) {
          const trouble = { code, retryAt: retryAfterMs === undefined ? undefined : Date.now() + retryAfterMs };
          see({ trouble });
          onTrouble?.(trouble);
        },
        onState: (state, asOf) => see({ state, asOf: asOf ?? seen.asOf }),
      },
    );
  }

  host.addController({
    hostConnected() {
      if (start && !stop) open();
    },
    hostDisconnected() {
      stop?.();
      stop = undefined;
    },
  });

  return {
    get seen() {
      return seen;
    },
    ask(nextKey, nextStart) {
      if (nextKey === key && (nextStart === undefined) === (start === undefined)) return;
      key = nextKey;
      start = nextStart;
      seen = unseen;
      stop?.();
      stop = undefined;
      if (host.isConnected) open();
    },
    again() {
      see({ trouble: undefined });
      open();
    },
  };
}

const loading: Face = { kind: "loading", heading: "Loading" };

/**
 * What stands in place of the page, or above it. `whole`: there is no page to show. Nothing where the page is as it should be; whether
 * it is empty is the caller's to see.
 */
export function facesOf(
  { page, trouble, isStale, asOf }: Seen,
  waysOut: readonly WayOut[] = [],
): { whole?: Face; above?: Face } {
  if (!page) return { whole: trouble ? faceOf(trouble, waysOut) : loading };
  const asOfText = asOf === undefined ? "before" : momentText(asOf, Date.now());
  if (trouble) return { above: staleFaceOf(trouble, asOfText, waysOut) };
  return isStale ? { above: staleFaceOf({ code: "upstream_failed" }, asOfText, waysOut) } : {};
}
