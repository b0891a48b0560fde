// An upstream that means harm, or is broken in the worst way: readers get our own words, other origins get nothing, and whatever was
// kept stays.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { ask, askPage, callCount, pagePath } from "./steps.ts";

const attacks: readonly (readonly [string, FaultInput])[] = [
  ["a body of 60 MB", { kind: "huge-body" }],
  ["a gzip bomb of 60 MB", { kind: "gzip-bomb" }],
  ["a body gzipped twice", { kind: "encoding", layers: 2 }],
  ["headers and then nothing", { kind: "hang", before: "body" }],
  ["no headers", { kind: "hang", before: "headers" }],
  ["a body that is cut", { kind: "cut-body", afterBytes: 200 }],
  ["a body that drips", { kind: "slow-body", bytes: 1, intervalMs: 50 }],
  ["a dropped connection", { kind: "reset" }],
  ["an HTML page with status 200", { kind: "body", form: "html" }],
  ["an HTML error page", { kind: "error", shape: "html", status: 520 }],
  ["something that is no JSON", { kind: "body", form: "not-json" }],
  ["JSON that never ends its nesting", { kind: "body", form: "deep" }],
  ["a polluted prototype", { kind: "body", form: "proto" }],
  ["an array for a page", { kind: "body", form: "top-level-array" }],
  ["failure under status 200", { kind: "body", form: "success-false" }],
  ["an empty error", { kind: "error", shape: "empty", status: 500 }],
  ["an error that quotes our headers", { kind: "echo", status: 403 }],
  ["a page that quotes our headers", { kind: "echo", status: 200 }],
  ["a redirect to itself", { kind: "redirect", to: "same", status: 301 }],
];

const upstreamsOwnWords =
  /simulator|__cf_bm|upstream connect error|Refused a request|It works|<html|set-cookie|filler/i;

export function hostileScenarios(start: StartProduct): void {
  let product: Product;
  let page = 1;
  beforeAll(async () => {
    product = await start({ UPSTREAM_DEADLINE_MS: "1500", SOFT_DEADLINE_MS: "500" });
  });
  afterAll(() => product.stop());

  const attack = async (fault: FaultInput) => {
    page += 1;
    product.simulator.setFaults([{ ...fault, times: 1 }]);
    const seen = await ask(product, pagePath(page));
    product.simulator.setFaults([]);
    return seen;
  };
  /** The product is as it was: another question is answered, and that also keeps the breaker closed. */
  const expectUnharmed = async () => {
    page += 1;
    await askPage(product, pagePath(page));
  };

  it.each(attacks)(
    "answers %s with a problem in its own words, or with a sound page (1, 2, 5, 76 to 83)",
    async (_, fault) => {
      const seen = await attack(fault);
      if (seen.status === 200) await askPage(product, pagePath(page));
      else expect(`${seen.status} ${seen.code}`).toMatch(/^50[24] upstream_(failed|malformed|timeout|unauthorized)$/);
      expect(seen.text).not.toMatch(upstreamsOwnWords);
      await expectUnharmed();
    },
  );

  it("follows no redirect to another origin, which sees no request at all (74)", async () => {
    let visits = 0;
    const other = createServer((_request, response) => {
      visits += 1;
      response.end('{"success":true,"data":{"sessions":[]}}');
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = asAddressInfo(other.address());
    const location = `http://127.0.0.1:${port}/client/v4/taken`;
    for (const status of [300, 301, 302, 303, 307, 308]) {
      expect(await attack({ kind: "redirect", status, location })).toMatchObject({
        status: 502,
        code: "upstream_failed",
      });
      await expectUnharmed();
    }
    await new Promise((resolve) => other.close(resolve));
    expect(visits).toBe(0);
    expect(product.simulator.state().calls.byRoute["redirect-target"] ?? 0).toBe(0);
  });

  it("loses nothing that was kept, and shows it without a call", async () => {
    const kept = await askPage(product, pagePath(100));
    await attack({ kind: "huge-body" });
    await attack({ kind: "echo", status: 401 });
    const before = callCount(product);
    expect(await askPage(product, pagePath(100))).toMatchObject({ etag: kept.etag });
    expect(callCount(product)).toBe(before);
    await expectUnharmed();
  });
}

/** Holds for a server that listens on a port. */
const asAddressInfo = (address: ReturnType<ReturnType<typeof createServer>["address"]>) => address as AddressInfo;
