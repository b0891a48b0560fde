// What a validator tells: two readers of one page, of whom one may see less of it.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ownPath, sdkPath } from "../support/app.ts";
import { bearer, signed, tokenOf } from "../support/callers.ts";
import { pageText, rowOf } from "../support/hostile-upstream.ts";
import { createCountedService, jsonAnswer } from "./cache-service.ts";

const settings = signed(
  { name: "whole", when: { claim: "roles", includes: "admin" } },
  { name: "little", fields: ["id", "status"] },
);

/** The service, one reader who sees all and one who sees little, and an upstream whose title and state can be changed. */
async function twoReaders() {
  const row = { title: "before", status: "ENDED" };
  const upstream = async () =>
    jsonAnswer(pageText(rowOf({ meeting_display_name: row.title, status: row.status, ended_at: null })));
  const service = createCountedService({ settings, upstream });
  const now = service.clock.now();
  const whole = bearer(await tokenOf({ sub: "whole", roles: ["admin"] }, now));
  const little = bearer(await tokenOf({ sub: "little" }, now));
  const read = async (headers: Readonly<Record<string, string>>, path = ownPath) => {
    const answer = await service.ask(path, { headers });
    return { status: answer.status, etag: answer.headers.get("etag") ?? "", text: await answer.text() };
  };
  return { row, service, whole, little, read };
}

describe("row 69: the validator of a page", () => {
  it("row 69: is over the bytes that the reader may see, at both mounts", async () => {
    const { service, whole, little, read } = await twoReaders();
    const [all, some] = [await read(whole), await read(little)];
    expect(all.text).toContain("before");
    expect(some.text).not.toContain("before");
    for (const { etag, text } of [all, some]) {
      expect(etag).toBe(`"${createHash("sha256").update(text).digest("hex").slice(0, 32)}"`);
    }
    expect(await read(little, sdkPath)).toEqual(some);
    expect(await read(whole, sdkPath)).toEqual(all);
    expect(service.calls()).toBe(1);
  });

  it("row 69: of another reader's page matches nothing, whoever asks first", async () => {
    const { whole, little, read } = await twoReaders();
    const [all, some] = [await read(whole), await read(little)];
    expect(await read({ ...little, "if-none-match": all.etag })).toEqual(some);
    expect(await read({ ...whole, "if-none-match": some.etag })).toEqual(all);
    expect((await read({ ...little, "if-none-match": some.etag })).status).toBe(304);
    expect((await read({ ...whole, "if-none-match": all.etag })).status).toBe(304);
  });

  it("row 69: does not tell of a change in what the reader may not see", async () => {
    const { row, service, whole, little, read } = await twoReaders();
    const [all, some] = [await read(whole), await read(little)];
    row.title = "after";
    await service.clock.advance(90_000);
    await read(whole);
    const later = await read({ ...whole, "if-none-match": all.etag });
    expect(later.text).toContain("after");
    expect((await read({ ...little, "if-none-match": some.etag })).status).toBe(304);
    row.status = "LIVE";
    await service.clock.advance(90_000);
    await read(whole);
    expect((await read({ ...little, "if-none-match": some.etag })).status).toBe(200);
  });
});
