// What is fetched from elsewhere, kept, and fetched again: how old it is, whether somebody fetches it, and how others wait. When to fetch
// is for whoever uses it to decide.
//
// Requests share plain data here and never a promise: on Workers one that was made in a request is of no use in another. Who finds a
// fetch under way looks again every 20 ms. A request that died takes no mark away, so a mark also ends by itself.
import type { Result } from "./errors.ts";
import type { Clock, Defer } from "./runtime.ts";

/** Times are ages in milliseconds, infinite where it never was. A clock set back makes none of them shorter. */
export type Refreshed<Value, Context> = {
  /** What came last, whatever failed since. */
  value(): Value | undefined;
  /** Counts the values that came. */
  version(): number;
  ageMs(): number;
  /** Since the last fetch that failed was over. */
  failedAgoMs(): number;
  /** Since the last fetch began. */
  begunAgoMs(): number;
  isFetching(): boolean;
  /** Fetches now, and goes on when the caller is gone. Never rejects. */
  fetch(context: Context): Promise<void>;
  /** The time after which to look again how things are. */
  aMoment(): Promise<void>;
  /** Settles when no fetch is under way. */
  otherFetch(): Promise<void>;
};

const lookAgainMs = 20;

/** `load` never rejects, and is settled within `loadMsMax`. */
export function createRefreshed<Value, Context extends { defer: Defer }>(
  load: (context: Context, previous: Value | undefined) => Promise<Result<Value, unknown>>,
  { clock, loadMsMax }: { clock: Clock; loadMsMax: number },
): Refreshed<Value, Context> {
  /** A little longer than a load may take, so that its failure is known before its mark ends. */
  const markMs = loadMsMax + 100;
  let kept: Value | undefined;
  let version = 0;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let begunAt = Number.NEGATIVE_INFINITY;
  let fetchingSince = Number.NEGATIVE_INFINITY;

  const agoMs = (at: number) => Math.abs(clock.now() - at);
  const isFetching = () => agoMs(fetchingSince) < markMs;
  const aMoment = () => new Promise<void>((resolve) => void clock.timer(lookAgainMs, resolve));

  async function run(context: Context): Promise<void> {
    const since = clock.now();
    begunAt = since;
    fetchingSince = since;
    const loaded = await load(context, kept);
    if (loaded.ok) {
      kept = loaded.value;
      version += 1;
      fetchedAt = clock.now();
    } else failedAt = clock.now();
    if (fetchingSince === since) fetchingSince = Number.NEGATIVE_INFINITY;
  }

  return {
    value: () => kept,
    version: () => version,
    ageMs: () => agoMs(fetchedAt),
    failedAgoMs: () => agoMs(failedAt),
    begunAgoMs: () => agoMs(begunAt),
    isFetching,
    fetch(context) {
      const work = run(context);
      context.defer(work);
      return work;
    },
    aMoment,
    async otherFetch() {
      while (isFetching()) await aMoment();
    },
  };
}
