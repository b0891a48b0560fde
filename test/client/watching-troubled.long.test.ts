// The typed client, watching behind proxies that do worse to streams than refuse them, without a network, and through restarts.
import { expect, it } from "vitest";
import { until } from "../blackbox/steps.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { patient, quick, withScene } from "./watching-rig.ts";

const restartable = { ...quick, graceMs: 60_000, firstMsMax: 60_000 };

it.each([
  ["a page of their own comes in place of them", "html"],
  ["they are cut off", "cut"],
  ["they are held back, headers and all", "hold"],
  ["their events are held back", "hold-body"],
] as const)("a watch polls where %s, shows what changes, and is live once streams pass", (_how, treatment) =>
  withScene(startNodeProduct, async ({ proxy, start, watching }) => {
    proxy.treat(treatment);
    const watched = watching(quick);
    await until(() => watched.pages.length > 0);
    const id = start();
    await until(() => watched.shows(id));
    expect(watched.states).toEqual(["connecting", "polling"]);
    expect(watched.problems).toEqual([]);
    proxy.treat("pass");
    proxy.cut();
    await until(() => watched.isIn("live"));
    const other = start();
    await until(() => watched.shows(other));
  }),
);

it("a stream that falls silent is opened again", () =>
  withScene(startNodeProduct, async ({ proxy, watching }) => {
    const watched = watching({ ...patient, silenceMsMax: 2_000 }, { search: "nothing is called so" });
    await until(() => watched.states.filter((state) => state === "live").length === 2);
    expect(proxy.streams().length).toBeGreaterThanOrEqual(2);
  }));

it("without a network a watch is offline, says so once, keeps its page, and comes back", () =>
  withScene(startNodeProduct, async ({ proxy, watching }) => {
    const watched = watching(quick);
    await until(() => watched.isIn("live"));
    const asOf = watched.instants.at(-1);
    proxy.treat("down");
    proxy.cut();
    await until(() => watched.isIn("offline"));
    await until(() => proxy.pages().filter(({ status }) => status === 0).length > 2);
    expect(watched.problems).toEqual(["network_failed"]);
    expect(watched.instants.at(-1)).toBeGreaterThanOrEqual(asOf ?? Infinity);
    const pageCount = watched.pages.length;
    proxy.treat("pass");
    await until(() => watched.isIn("live"));
    // Once more, as it holds again.
    await until(() => watched.pages.length > pageCount);
  }));

it("a service that was restarted is found again", () =>
  withScene(startNodeProduct, async ({ product, start, watching }) => {
    const watched = watching(restartable);
    await until(() => watched.isIn("live"));
    await product.process.kill();
    await until(() => watched.problems.length > 0);
    await product.process.start();
    await until(() => watched.isIn("live"));
    const id = start();
    await until(() => watched.shows(id));
  }));

it("in front of the Worker a watch is live, is cut and comes back, and polls with 304s while streams are refused", () =>
  withScene(startWorkerProduct, async ({ product, proxy, start, watching }) => {
    const watched = watching(restartable);
    await until(() => watched.isIn("live"));
    const id = start();
    await until(() => watched.shows(id));
    proxy.cut();
    await until(() => proxy.streams().some(({ headers }) => headers["last-event-id"] !== undefined));
    await until(() => watched.isIn("live"));
    proxy.treat("refuse");
    proxy.cut();
    await until(() => watched.isIn("polling"));
    await until(() => proxy.pages().some(({ status }) => status === 304));
    product.simulator.steering().end(id);
    await until(() => !watched.shows(id));
  }));
