// Watches of the typed client in front of a product, behind a proxy that treats streams as it likes, and what they tell.
import { createClient } from "../../client/src/client.ts";
import type { ClientOptions, PageInfo, SessionPage } from "../../client/src/client.ts";
import { withProduct } from "../blackbox/steps.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { startStreamProxy } from "../support/stream-proxy.ts";
import type { StreamProxy } from "../support/stream-proxy.ts";

/** Soon found out, for a stream that does not pass. */
export const quick = { pollMs: 200, graceMs: 1_000, streamRetryMs: 500, firstMsMax: 1_000 };
/** A stream has all the time that a busy machine may need. */
export const patient = { graceMs: 600_000, firstMsMax: 600_000, silenceMsMax: 600_000 };

export type Watched = {
  /** Each other state, in order; and the instant that came with each call. */
  states: readonly string[];
  instants: readonly (number | undefined)[];
  problems: readonly string[];
  pages: readonly { page: SessionPage; info: PageInfo }[];
  /** Whether the last page has this session. */
  shows(id: string): boolean;
  isIn(state: string): boolean;
  stop(): void;
};

export type Scene<Started extends Product> = {
  product: Started;
  proxy: StreamProxy;
  /** Starts a session in the app that is watched, and gives its id. */
  start(title?: string): string;
  /** Watches the app's live sessions. */
  watching(waits: ClientOptions["waits"], query?: { search?: string }): Watched;
  /** Stopped at the end. */
  client(waits: ClientOptions["waits"]): ReturnType<typeof createClient>;
};

/** Runs `use` with a product and a proxy of its own, and ends both. Live pages are fresh for a second. */
export function withScene<Started extends Product>(
  start: (...args: Parameters<StartProduct>) => Promise<Started>,
  use: (scene: Scene<Started>) => Promise<void>,
): Promise<void> {
  return withProduct(start, { FRESH_LIVE_SECONDS: "1" }, async (product) => {
    const proxy = await startStreamProxy(product.url);
    const stops: (() => void)[] = [];
    const client = (waits: ClientOptions["waits"]) => createClient({ baseUrl: proxy.url, waits });
    try {
      await use({
        product,
        proxy,
        client,
        start: (title) =>
          product.simulator.steering().start({ app: "support", ...(title !== undefined && { title }) }).session_id,
        watching(waits, query = {}) {
          const watched = watchedBy(client(waits), query);
          stops.push(watched.stop);
          return watched;
        },
      });
    } finally {
      for (const stop of stops) stop();
      await proxy.close();
    }
  });
}

function watchedBy(client: ReturnType<typeof createClient>, query: { search?: string }): Watched {
  const states: string[] = [];
  const instants: (number | undefined)[] = [];
  const problems: string[] = [];
  const pages: { page: SessionPage; info: PageInfo }[] = [];
  const onPage = (page: SessionPage, info: PageInfo) => void pages.push({ page, info });
  const stop = client.sessions.watch("support", { status: "LIVE", ...query }, onPage, {
    onState(state, asOf) {
      if (state !== states.at(-1)) states.push(state);
      instants.push(asOf);
    },
    onProblem: ({ code }) => void problems.push(code),
  });
  const shows = (id: string) => pages.at(-1)?.page.data.sessions.some((session) => session.id === id) ?? false;
  return { states, instants, problems, pages, shows, isIn: (state) => states.at(-1) === state, stop };
}
