// The same login in front of a Worker, which takes its time to start.
import { expect, it } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { stopStarted } from "../support/start-script.ts";
import { expectLogin } from "./login-scenes.ts";

it("a teacher logs in to the Worker, sees two meetings and no other, and logs out here and at the provider; an administrator sees all", async () => {
  const browser = await startBrowser();
  try {
    await expectLogin(browser, ["--login"]);
  } finally {
    await browser.close();
    await stopStarted();
  }
  expect(browser.isConnected()).toBe(false);
});
