// What a page of another site can make a visitor's browser do to this service: look at what is there, and nothing that costs a call.
import { expect, test } from "vitest";
import { allowedOrigin, createTestService, ownPath, sdkPath } from "../support/app.ts";

const embedded = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };

test.each([ownPath, sdkPath])("an image of another site at %s never costs a call upstream", async (path) => {
  const { send, calls } = createTestService();
  for (const headers of [
    embedded,
    { ...embedded, origin: "https://foreign.example" },
    { ...embedded, origin: "null" },
  ]) {
    const refused = await send(`${path}?page_no=2`, { headers });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "forbidden" });
  }
  expect(calls()).toBe(0);
});

test("a page that is there is shown to whoever may see it, however it was asked for", async () => {
  const { send, calls } = createTestService();
  await send(ownPath);
  expect((await send(ownPath, { headers: embedded })).status).toBe(200);
  expect(calls()).toBe(1);
});

test("a refusal for another site is not remembered for the page", async () => {
  const { send } = createTestService();
  expect((await send(ownPath, { headers: embedded })).status).toBe(403);
  expect((await send(ownPath)).status).toBe(200);
});

test.each([
  ["a page of an allowed origin", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", origin: allowedOrigin }],
  ["a page of this service", { "sec-fetch-site": "same-origin" }],
  ["an address that was typed in", { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }],
  ["whoever is no browser", {}],
])("%s may ask what nobody has asked before", async (_, headers) => {
  const { send } = createTestService();
  expect((await send(ownPath, { headers })).status).toBe(200);
});
