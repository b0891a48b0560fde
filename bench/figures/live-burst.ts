// Five hundred people join within a second, and twenty pages are listened to that all show it: how many calls does that cost?
import { atMost } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { followPages, pathsOf, startSessions } from "../support/dashboards.ts";
import { useInstantDigest } from "../support/instant-digest.ts";
import { createLiveWorld } from "../support/live-world.ts";

const pages = 20;
const joins = 500;
const isolates = 4;
const burstMs = 1_000;
/** From the first event: by then every page shows the last of them, and none is due again for the upstream's lag. */
const countedMs = 5_000;
const lagMs = 35_000;

export const liveBurst: Figure = {
  name: "live-burst",
  what: `${joins} joins within 1 s, ${pages} pages in use`,
  must: "≤ 40 upstream calls",
  aim: "≤ 20",
  method: `The product's parts as on Workers, under a test clock: ${isolates} isolates, in each a stream of every one of ${pages} lists of one app, one shield, and the simulator behind them, which takes 150 to 300 ms. ${joins} events are written into the log at a steady pace within a second, after two quiet minutes. Calls are counted from the first event to 5 s after it; those that follow for 30 s because the upstream may lag behind its own events are told beside them.`,
  async run(_effort, progress) {
    const restore = useInstantDigest();
    try {
      const world = createLiveWorld(isolates, { WEBHOOKS: "on" });
      const { clock, calls } = world;
      const sessions = startSessions(world, pages);
      const [joined] = sessions;
      if (!joined?.session) throw new Error("no session was started");
      const { session } = joined;
      const paths = pathsOf(
        "lists",
        sessions.map((one) => one.session ?? ""),
      );
      let sent = 0;
      const listen = async (isolate: number, path: string, client: number) => {
        const response = await world.ask(isolate, `/v1/live${path}`, client);
        if (!response.ok) throw new Error(`a stream was answered with ${response.status}`);
        await followPages(response, () => (sent += 1));
      };
      for (let isolate = 0; isolate < isolates; isolate += 1) {
        for (const [place, path] of paths.entries()) {
          clock.timer((isolate * 1_000) / isolates, () => void listen(isolate, path, isolate * pages + place));
        }
      }
      clock.timer(2_000, () => void world.tell(joined));
      await clock.runUntil(clock.now() + 2 * 60_000);
      const startedAt = clock.now();
      const sentBefore = sent;
      for (let number = 0; number < joins; number += 1) {
        clock.timer((number * burstMs) / joins, () => {
          world.simulator.steering().join(session);
          void world.tell(joined);
        });
      }
      await clock.runUntil(startedAt + lagMs);
      const since = (ms: number) => calls.filter((at) => at >= startedAt && at < startedAt + ms).length;
      const caused = since(countedMs);
      progress(`${caused} upstream calls, ${since(lagMs)} within ${lagMs / 1_000} s`);
      return {
        measured: `${caused} upstream calls`,
        verdict: atMost(caused, { must: 40, aim: 20 }),
        notes: [
          `${since(lagMs) - caused} more followed within ${lagMs / 1_000} s, each page every FRESH_LIVE_SECONDS: the upstream's lists may lag behind its events.`,
          `${sent - sentBefore} pages went out on ${isolates * pages} streams.`,
        ],
      };
    } finally {
      restore();
    }
  },
};
