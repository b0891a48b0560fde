// `npm start` as a newcomer runs it: what it prints must work as it is printed, in every mode.
import { afterEach, describe, expect, it } from "vitest";
import { start, stopStarted, type Started } from "../support/start-script.ts";

const startMs = 60_000;

afterEach(stopStarted);

/** The question that was printed, with its header where it has one. */
async function printedCurl(started: Started): Promise<{ url: string; headers: Record<string, string> }> {
  await started.until(/Ctrl-C ends everything/);
  const [, url = ""] = await started.until(/curl -i '([^']+)'/);
  const [, name, value = ""] = /-H '([^:]+): ([^']+)'/.exec(started.printed()) ?? [];
  return { url, headers: name === undefined ? {} : { [name]: value } };
}

describe("npm start", () => {
  it.each(["public", "jwt", "key", "access"])(
    "prints a question that is answered as it is printed with AUTH_MODE=%s",
    async (mode) => {
      const { url, headers } = await printedCurl(start(["--node"], { AUTH_MODE: mode }));
      const answer = await fetch(url, { headers });
      expect(await answer.json()).toMatchObject({ success: true, data: { sessions: expect.any(Array) } });
      expect((await fetch(url)).status).toBe(mode === "public" ? 200 : 401);
    },
    startMs,
  );

  it(
    "takes a blank setting for one that is not there, and asks no other API for it",
    async () => {
      const blank = { AUTH_MODE: "", ALLOWED_ORIGINS: " ", POLICIES: "", UPSTREAM_BASE_URL: " " };
      const { url } = await printedCurl(start(["--node"], blank));
      expect((await fetch(url)).status).toBe(200);
    },
    startMs,
  );

  it(
    "signs the token with the JWT_SECRET that is given",
    async () => {
      const settings = { AUTH_MODE: "jwt", JWT_SECRET: "a-secret-of-somebody-0123456789abcdef", JWT_AUDIENCE: "pages" };
      const { url, headers } = await printedCurl(start(["--node"], settings));
      expect((await fetch(url, { headers })).status).toBe(200);
    },
    startMs,
  );

  it(
    "says once, with the line to change, that a page's origin is not allowed",
    async () => {
      const started = start([], {});
      const { url } = await printedCurl(started);
      const ask = () => fetch(url, { headers: { origin: "http://localhost:4321" } });
      await (await ask()).text();
      await started.until(/ALLOWED_ORIGINS='http:\/\/localhost:4321'/);
      await (await ask()).text();
      await (await fetch(url, { headers: { origin: "http://localhost:5173" } })).text();
      await (await fetch(url, { headers: { origin: "http://localhost:4322" } })).text();
      await started.until(/ALLOWED_ORIGINS='http:\/\/localhost:4322'/);
      expect(started.printed().match(/start again with/g)).toHaveLength(2);
    },
    startMs,
  );

  it(
    "lists every problem of the settings, and ends with 78",
    async () => {
      const started = start(["--node"], { AUTH_MODE: "jwt", JWT_SECRET: "short" });
      await expect(started.until(/Ctrl-C ends everything/)).rejects.toThrow(
        /^ended with 78[^]*JWT_SECRET: is shorter than 32 bytes/,
      );
    },
    startMs,
  );
});
