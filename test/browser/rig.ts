// Pages on origins of our own, in a real browser: each is an empty page on a free port of loopback, since another port is another
// origin. What a page does is given as source text, because it runs in the browser and not here.
import { createServer } from "node:http";
import type { Browser, CDPSession, Page } from "playwright-core";
import * as z from "zod";
import { hasCanary } from "../support/canary.ts";

export type PageServer = { origin: string; close: () => Promise<void> };

/** `body`: what stands in the page, when it is asked for. */
export async function servePages(body: () => string = () => ""): Promise<PageServer> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>A page</title><link rel=icon href=data:,>${body()}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the page server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What came over the network, below the browser's cache. */
export type Wire = { statuses: number[]; requests: { method: string; url: string }[] };

export type Visit = { page: Page; wire: Wire };

/** Opens `address` in a profile of its own, for as long as `use` takes. No answer on the way may hold the token. */
export async function visit(browser: Browser, address: string, use: (visit: Visit) => Promise<void>): Promise<void> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const texts: Promise<string>[] = [];
    page.on("response", (answer) => {
      const headers = JSON.stringify(answer.headers());
      // Redirects and preflights have no body to be read.
      texts.push(
        answer.text().then(
          (text) => headers + text,
          () => headers,
        ),
      );
    });
    const wire = await listen(await context.newCDPSession(page));
    await page.goto(address);
    await use({ page, wire });
    if ((await Promise.all(texts)).some(hasCanary)) throw new Error("an answer to the browser has the token");
  } finally {
    await context.close();
  }
}

async function listen(session: CDPSession): Promise<Wire> {
  const wire: Wire = { statuses: [], requests: [] };
  session.on("Network.responseReceivedExtraInfo", ({ statusCode }) => wire.statuses.push(statusCode));
  session.on("Network.requestWillBeSent", ({ request: { method, url } }) => wire.requests.push({ method, url }));
  await session.send("Network.enable");
  return wire;
}

const Fetched = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  text: z.string(),
});

export type Fetched = z.infer<typeof Fetched>;

/** `fetch` by the page itself: what it gets to see, or the name of the error that it gets. */
export async function fetchIn(page: Page, url: string, init: object = {}): Promise<Fetched | string> {
  const outcome: unknown = await page.evaluate(
    `fetch(${JSON.stringify(url)}, ${JSON.stringify({ credentials: "omit", ...init })}).then(
      async (answer) => ({ status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }),
      (error) => error.name,
    )`,
  );
  return z.union([Fetched, z.string()]).parse(outcome);
}

/** The same in a frame without an origin of its own, as embedded pages often are. */
export async function fetchInSandbox(page: Page, url: string): Promise<string> {
  const script = `fetch(${JSON.stringify(url)}).then(() => "readable", (error) => error.name)
    .then((outcome) => parent.postMessage(outcome, "*"))`;
  const outcome: unknown = await page.evaluate(
    `new Promise((resolve) => {
      addEventListener("message", ({ data }) => resolve(data), { once: true });
      const frame = document.createElement("iframe");
      frame.sandbox = "allow-scripts";
      frame.srcdoc = "<script>" + ${JSON.stringify(script)} + "</scr" + "ipt>";
      document.body.append(frame);
    })`,
  );
  return z.string().parse(outcome);
}
