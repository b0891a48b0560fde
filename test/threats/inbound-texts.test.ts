// Row 100: the places that read a client's longest texts take them in their stride, whatever they are made of. That no pattern is slow by
// itself is shown in `regex.test.ts`.
import { describe, expect, it } from "vitest";
import { createProxyTrust } from "../../src/entries/proxy-trust.ts";
import { parseSessionQuery } from "../support/session-list.ts";
import { createTestService, ownPath } from "../support/app.ts";

describe("row 100: the longest texts", () => {
  /** Of the processor's time, so that other processes have no say in it. */
  const limitMs = 500;
  const spentMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const within = (work: () => unknown) => {
    const before = spentMs();
    work();
    return spentMs() - before;
  };

  it.each(["a", "%", "&", "=", "&=", "?", "a=&", "%20", "+", "search=%CC%81", "start_time=1", "0:", "-"])(
    "a query of %j is read in no time",
    (piece) => {
      const text = piece.repeat(2_048 / piece.length);
      for (const name of ["search", "associated_id", "participants", "start_time", "page_no"]) {
        expect(within(() => parseSessionQuery(`${name}=${text}`.slice(0, 2_048)))).toBeLessThan(limitMs);
      }
      expect(within(() => parseSessionQuery(text))).toBeLessThan(limitMs);
    },
  );

  it.each(['"', ",", '",', "W/", ' "', 'W/"x" ,', "*", "\t"])("headers of 16 kB of %j cost no time", async (piece) => {
    const { app, send } = createTestService();
    await send(ownPath);
    const value = `x${piece.repeat(16_000 / piece.length)}x`;
    const before = spentMs();
    for (const name of ["if-none-match", "origin", "accept", "cache-control"]) {
      expect((await app.request(ownPath, { headers: { [name]: value } })).status).toBe(200);
    }
    expect(spentMs() - before).toBeLessThan(limitMs);
  });

  it.each([",", "1.1.1.1,", " ", ":", "::ffff:", "f:"])("addresses of 16 kB of %j cost no time", (piece) => {
    const trust = createProxyTrust(["127.0.0.0/8", "::/0"]);
    expect(within(() => trust.clientAddress("127.0.0.1", piece.repeat(16_000 / piece.length)))).toBeLessThan(limitMs);
  });
});
