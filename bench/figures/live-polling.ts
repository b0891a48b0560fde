// An hour of dashboards that listen, beside an hour of the same dashboards that poll: upstream calls of both.
import { atMost } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { dashboards, spendHours } from "../support/dashboards.ts";
import type { Hour, Kind } from "../support/dashboards.ts";

const { clients, pages, isolates, changes, ends } = dashboards;
const kinds: readonly Kind[] = ["sessions", "lists"];
const told: Readonly<Record<Kind, string>> = {
  sessions: "each change touches one page",
  lists: "each change touches every page",
};

export const livePolling: Figure = {
  name: "live-polling",
  what: `${clients} dashboards, ${pages} pages, ${changes} changes in a simulated hour: upstream calls with webhooks beside polling`,
  must: "≤ 0.1 of polling",
  aim: "pages + changes",
  method: `The product's parts as on Workers, under a test clock: ${isolates} isolates, one shield, KV with its lag, the default budget and the simulator behind them. Once with streams and an event for each change, once with requests every 5 s and no webhooks. Once the pages are ${pages} sessions, so that a change touches one of them; which is what counts; once they are ${pages} lists of one app, each of which every change touches. ${ends} of the changes tell of an end. All calls of the hour count: also those that the design makes after a change (for 30 s the upstream may lag behind its own event, and pages are read again every FRESH_LIVE_SECONDS), one and five minutes after an end, and every FRESH_LIVE_WITH_WEBHOOKS_SECONDS for age.`,
  async run(effort, progress) {
    const hours = effort === "quick" ? 0.2 : 1;
    const runs: { kind: Kind; streams: Hour; polling: Hour; ratio: number }[] = [];
    for (const kind of kinds) {
      const streams = await spendHours({ kind, how: "streams", hours });
      const polling = await spendHours({ kind, how: "polling", hours });
      progress(`${kind}: ${streams.calls} upstream calls with webhooks, ${polling.calls} with polling`);
      runs.push({ kind, streams, polling, ratio: streams.calls / polling.calls });
    }
    const [judged] = runs;
    return {
      measured: runs
        .map(({ kind, streams, polling, ratio }) => {
          return `${ratio.toFixed(3)} where ${told[kind]} (${streams.calls} beside ${polling.calls})`;
        })
        .join("; "),
      verdict: atMost(judged?.ratio ?? NaN, { must: 0.1, aim: (pages + changes) / (judged?.polling.calls ?? NaN) }),
      notes: [
        `Pages and changes are ${pages + changes} together: the aim leaves out what is read again for age and for lag.`,
        ...runs.map(({ kind, streams, polling }) => {
          const { atOnce, afterwards, otherwise } = streams.spread;
          return `Where ${told[kind]}: ${atOnce} calls within 3 s of a change, ${afterwards} in the 40 s after that, ${otherwise} at other times; ${streams.pages} pages sent beside ${polling.pages} asked for, ${streams.refused + polling.refused} answers without one.`;
        }),
      ],
    };
  },
};
