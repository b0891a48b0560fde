// What ten thousand dashboards cost a month on Workers, with streams and with polling: counted operations at published prices.
import { atMost } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { dashboards, spendHours } from "../support/dashboards.ts";
import type { Hour, Kind } from "../support/dashboards.ts";

const open = 10_000;
const openIsolates = 20;
const monthHours = 720;
const dollarsPerMillion = { workerRequests: 0.3, kvReads: 0.5, kvWrites: 5, objectRequests: 0.15 };
const thousands = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

type Bill = { workerRequests: number; kvReads: number; kvWrites: number; objectRequests: number };

/** From one hour of few dashboards to a month of many: each operation grows with what causes it. */
function monthOf({ operations }: Hour, hours: number): Bill {
  const months = monthHours / hours;
  const byClients = (open / dashboards.clients) * months;
  const byIsolates = (openIsolates / dashboards.isolates) * months;
  const { workerRequests, appends, loads, logReads, kvReads, kvWrites } = operations;
  return {
    workerRequests: (workerRequests - appends) * byClients + appends * months,
    kvReads: kvReads * byIsolates,
    kvWrites: kvWrites * months,
    objectRequests: (loads + logReads) * byIsolates + appends * months,
  };
}

const names = ["workerRequests", "kvReads", "kvWrites", "objectRequests"] as const;
const titles: Readonly<Record<keyof Bill, string>> = {
  workerRequests: "Worker requests",
  kvReads: "KV reads",
  kvWrites: "KV writes",
  objectRequests: "Durable Object requests",
};
const dollarsOf = (bill: Bill, name: keyof Bill) => (bill[name] / 1_000_000) * dollarsPerMillion[name];
const totalOf = (bill: Bill) => names.reduce((sum, name) => sum + dollarsOf(bill, name), 0);

export const liveCost: Figure = {
  name: "live-cost",
  what: "10,000 dashboards open for a month on Workers, streams beside polling",
  must: "reported",
  aim: "≤ $60 with streams",
  method: `The operations of the simulated hour of \`live-polling\` (${dashboards.clients} dashboards, ${dashboards.isolates} isolates, ${dashboards.pages} pages), counted at the boundaries of the platform and carried over to ${thousands.format(open)} dashboards in ${openIsolates} isolates for ${monthHours} hours: requests grow with dashboards, calls to the Durable Object and KV reads with isolates, KV writes with neither. Prices in a million: Worker request $0.30, KV read $0.50, KV write $5, Durable Object request $0.15.`,
  async run(effort, progress) {
    const hours = effort === "quick" ? 0.2 : 1;
    const bills: { kind: Kind; how: string; bill: Bill }[] = [];
    for (const [kind, how] of cases) {
      const hour = await spendHours({ kind, how, hours });
      const bill = monthOf(hour, hours);
      progress(`${how}, ${kind}: ${JSON.stringify(hour.operations)}, $${totalOf(bill).toFixed(0)} a month`);
      bills.push({ kind, how, bill });
    }
    const [few, all, polling] = bills.map(({ bill }) => totalOf(bill));
    const streams = Math.max(few ?? NaN, all ?? NaN);
    return {
      measured: `$${streams.toFixed(0)} with streams ($${few?.toFixed(0)} where a change touches one page), $${polling?.toFixed(0)} with polling`,
      verdict: atMost(streams, { must: Infinity, aim: 60 }) === "aim met" ? "aim met" : "reported",
      table: [
        ["millions a month", ...bills.map(({ how, kind }) => `${how}, ${kind}`), "dollars"],
        ...names.map((name) => [
          titles[name],
          ...bills.map(({ bill }) => thousands.format(bill[name] / 1_000_000)),
          bills.map(({ bill }) => dollarsOf(bill, name).toFixed(2)).join(", "),
        ]),
      ],
      notes: [
        `Assumed: ${open / openIsolates} streams an isolate, every page open in every isolate, the same ${dashboards.pages} pages and ${dashboards.changes} changes an hour for everybody; more pages or more isolates make more calls to the Durable Object, in proportion.`,
        "A stream ends after ten minutes at the latest and is opened again, which is a request; a poll every 5 s is one each time.",
        "Not counted: processor time, the time for which the Durable Object is held in memory, its storage, what a plan includes, and discounts.",
      ],
    };
  },
};

const cases: readonly (readonly [Kind, "streams" | "polling"])[] = [
  ["sessions", "streams"],
  ["lists", "streams"],
  ["lists", "polling"],
];
