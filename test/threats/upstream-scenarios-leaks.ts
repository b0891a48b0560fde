// Where the token goes and what comes back with it: echoes, cookies, redirects, and addresses that a client or the upstream
// would like to be asked. The same for every way of running the product.
import { afterAll, beforeAll, expect, it } from "vitest";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { hasCanary } from "../support/canary.ts";
import { body as bodyOf, echo, goodPage, pageText, redirect, rowOf } from "../support/hostile-upstream.ts";
import type { SeenRequest } from "../support/hostile-upstream.ts";
import { answerHeaderNames } from "../../src/http/headers.ts";
import type { StartProduct } from "../support/product.ts";
import { hostileIds } from "../unit/upstream-hostile-ids.ts";
import { expectProblem, requestText, sendRaw, startDecoy, useStage } from "./upstream-stage.ts";

const valueOf = ({ headers }: SeenRequest, wanted: string) =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1];

const framing = ["connection", "content-encoding", "content-length", "date", "keep-alive", "transfer-encoding"];
const ours: readonly string[] = [...answerHeaderNames, ...framing];

/** Where a request in raw bytes would like somebody to go. */
const detours = (port: number): readonly (readonly [string, string])[] => [
  ["the absolute form", requestText(`http://127.0.0.1:${port}/v1/apps/support/sessions`)],
  ["the absolute form of our own path elsewhere", requestText(`http://127.0.0.1:${port}/client/v4`)],
  ["two slashes and a host", requestText(`//127.0.0.1:${port}/v1/apps/support/sessions`)],
  ["a user before the host", requestText(`http://api@127.0.0.1:${port}/v1/apps/support/sessions`)],
  ["another Host", requestText("/v1/apps/support/sessions?search=host", `Host: 127.0.0.1:${port}`)],
  ...["X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "Base-Url", "X-Host"].map(
    (name): [string, string] => [
      `the header ${name}`,
      requestText(`/v1/apps/support/sessions?search=${name}`, `Host: product\r\n${name}: http://127.0.0.1:${port}/`),
    ],
  ),
];

export function leakScenarios(start: StartProduct): void {
  const stage = useStage(start);
  let decoy: Awaited<ReturnType<typeof startDecoy>>;
  beforeAll(async () => {
    decoy = await startDecoy();
  });
  afterAll(() => decoy.close());

  it.each([200, 400, 401, 403, 404, 500, 503])(
    "rows 1, 2 and 87: an upstream that echoes our request with status %i puts nothing of it into the answer",
    async (status) => {
      const { hostile, product, freshPath } = stage();
      const path = freshPath();
      hostile.behave(echo(status));
      const answer = await product.fetch(path);
      const text = await answer.text();
      hostile.behave(goodPage);
      expect(hasCanary(valueOf(hostile.requests.at(-1) ?? { target: "", headers: [] }, "authorization") ?? "")).toBe(
        true,
      );
      expect(answer.status).toBe(status === 200 ? 200 : status === 404 ? 404 : 502);
      const headers = [...answer.headers];
      expect(headers.map(([name]) => name).filter((name) => !ours.includes(name))).toEqual([]);
      const all = JSON.stringify(headers) + text;
      expect(hasCanary(all)).toBe(false);
      expect(all).not.toMatch(/bearer\s|__cf_bm|hostile-upstream|echo|86400/i);
      await stage().attack(goodPage);
    },
  );

  it("row 3: nothing that the upstream echoed, nor the token, is in the log", async () => {
    const { hostile, product, attack } = stage();
    await attack(echo(403));
    await attack(echo(500));
    const log = product.logs().join("\n");
    expect(log).toContain("upstream.unauthorized");
    expect(hasCanary(log)).toBe(false);
    expect(log).not.toMatch(/__cf_bm|hostile-upstream|x-echo|search=attack/i);
    expect(log).not.toContain(hostile.url);
  });

  it("row 10: the token leaves as a bearer token and in no other header, and no global key with it", async () => {
    const { hostile, attack } = stage();
    await attack(goodPage);
    for (const { headers } of hostile.requests) {
      const carriers = headers.filter(([, value]) => hasCanary(value));
      expect(carriers.map(([name, value]) => [name.toLowerCase(), value.split(" ", 1)[0]])).toEqual([
        ["authorization", "Bearer"],
      ]);
      expect(headers.filter(([name]) => /^x-auth|cookie/i.test(name))).toEqual([]);
    }
  });

  it("row 87: a cookie of the upstream is neither passed on nor sent back to it", async () => {
    const { hostile, attack } = stage();
    const before = hostile.requests.length;
    await attack(echo(200));
    await attack(echo(200));
    const later = hostile.requests.slice(before);
    expect(later.length).toBeGreaterThanOrEqual(4);
    for (const request of later) expect(valueOf(request, "cookie")).toBeUndefined();
  });

  it.each([301, 302, 303, 307, 308])(
    "row 74: no %i is followed, to this origin or another, and no request goes there",
    async (status) => {
      const { hostile, attack } = stage();
      const elsewhere = `127.0.0.1:${decoy.port}`;
      const locations = [
        `${hostile.url}/client/v4/taken`,
        "/taken",
        `http://${elsewhere}/taken`,
        `//${elsewhere}/taken`,
        `http://localhost:${decoy.port}/taken`,
        "data:application/json,{}",
      ];
      for (const location of locations) {
        const before = hostile.requests.length;
        expectProblem(await attack(redirect(status, location)), "upstream_failed");
        expect(hostile.requests.length - before).toBe(2);
      }
      expect(hostile.requests.filter(({ target }) => target.includes("taken"))).toEqual([]);
      expect(decoy.visits()).toBe(0);
    },
  );

  it("row 75: no address in the upstream's data is ever fetched or shown", async () => {
    const { attack } = stage();
    const url = `http://127.0.0.1:${decoy.port}/recording.mp4`;
    const links = {
      download_url: url,
      url,
      picture: url,
      links: { self: url, next: url },
      transcript_download_url: url,
    };
    const text = pageText(rowOf({ ...links, breakout_rooms: [rowOf(links)] })).replace("{", `{"next":"${url}",`);
    const seen = await attack(
      bodyOf(text, { link: `<${url}>; rel=next`, refresh: `0; url=${url}`, "content-location": url }),
    );
    expect(seen.status).toBe(200);
    expect(seen.text).not.toContain("recording.mp4");
    expect(decoy.visits()).toBe(0);
  });

  it("row 73: no request of a client, in whatever bytes, makes the product ask another host", async () => {
    const { product, hostile } = stage();
    for (const [, text] of detours(decoy.port)) expect(await sendRaw(product, text)).not.toContain("taken");
    expect(decoy.visits()).toBe(0);
    for (const request of hostile.requests) expect(valueOf(request, "host")).toBe(new URL(hostile.url).host);
  });

  it("row 71: no id leads out of its place in the path: the upstream is asked by the template alone", async () => {
    const { product, hostile } = stage();
    const inBytes = hostileIds.filter((id) => id.length < 2_000 && !/[\r\n]/.test(id));
    expect(inBytes.length).toBeGreaterThan(40);
    for (const id of inBytes) {
      const written = [id, encodeURIComponent(id.toWellFormed())];
      for (const place of written) {
        await Promise.all([
          sendRaw(product, requestText(`/v1/apps/${place}/sessions`)),
          sendRaw(product, requestText(`/client/v4/accounts/${place}/realtime/kit/support/sessions`)),
          sendRaw(product, requestText(`/client/v4/accounts/_/realtime/kit/${place}/sessions`)),
          sendRaw(product, requestText(`/v1/apps/support/sessions?associated_id=${place}`)),
        ]);
      }
    }
    const apps = product.simulator.apps.map((app) => app.id).join("|");
    const path = `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/(?:${apps})/sessions`;
    const template = new RegExp(`^${path}\\?(?:[a-z_]+=[\\w.~%+-]*&?)+$`);
    for (const { target } of hostile.requests) expect(target).toMatch(template);
  });
}
