// Bodies of requests: raw bytes, cut at a cap, in time, and bounded all together.
import { describe, expect, it } from "vitest";
import { createBodyReader } from "../../src/http/request-body.ts";
import { createTestClock } from "../support/clock.ts";

const kib = (count: number) => new Uint8Array(count * 1024).fill(0x61);

function createReading() {
  const clock = createTestClock();
  const invited: Request[] = [];
  const read = createBodyReader({ clock, invite: (request) => void invited.push(request) });
  return { clock, invited, read };
}

const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request("https://bff.example/", { method: "POST", headers, body, duplex: "half" } as RequestInit);

/** Pieces one after the other; without an end where `isOpen`. */
const streamOf = (pieces: readonly unknown[], { isOpen = false, onCancel = () => {} } = {}) => {
  const left = [...pieces];
  return new ReadableStream({
    pull(controller) {
      if (left.length > 0) return controller.enqueue(left.shift());
      if (!isOpen) return controller.close();
      return new Promise<void>(() => {});
    },
    cancel: onCancel,
  });
};

const requestWith = (body: ReadableStream) => {
  const request = post(null);
  Object.defineProperty(request, "body", { value: body });
  return request;
};

describe("the body of a request", () => {
  it("is read byte for byte, whatever pieces it comes in", async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, place) => place % 256);
    const pieces = [bytes.slice(0, 1), bytes.slice(1, 1), bytes.slice(1, 600), bytes.slice(600)];
    expect(await createReading().read(requestWith(streamOf(pieces)), 1000)).toEqual({ ok: true, value: bytes });
  });

  it("is empty where there is none", async () => {
    expect(await createReading().read(post(null), 10)).toEqual({ ok: true, value: new Uint8Array() });
  });

  it("is refused at the first byte beyond the cap, and nothing is read after it", async () => {
    let isCancelled = false;
    const endless = streamOf([kib(1), kib(1)], { isOpen: true, onCancel: () => (isCancelled = true) });
    const answer = await createReading().read(requestWith(endless), 2 * 1024 - 1);
    expect(answer).toEqual({ ok: false, failure: { code: "too_large" } });
    expect(isCancelled).toBe(true);
  });

  it("is not asked for where its announced length is beyond the cap", async () => {
    const { read, invited } = createReading();
    const request = post("abc", { "content-length": "2000000" });
    expect(await read(request, 10)).toEqual({ ok: false, failure: { code: "too_large" } });
    expect([invited, request.bodyUsed]).toEqual([[], false]);
  });

  it("is asked for before it is read", async () => {
    const { read, invited } = createReading();
    const request = post("abc");
    await read(request, 10);
    expect(invited).toEqual([request]);
  });

  it("is late after ten seconds", async () => {
    const { read, clock } = createReading();
    const answer = read(requestWith(streamOf([kib(1)], { isOpen: true })), 2048);
    await clock.advance(9_999);
    expect(await Promise.race([answer, Promise.resolve("open")])).toBe("open");
    await clock.advance(1);
    expect(await answer).toEqual({ ok: false, failure: { code: "request_timeout" } });
    expect(clock.pendingTimers()).toBe(0);
  });

  it("is malformed where its connection breaks, and where it is made of no bytes", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
    for (const body of [broken, streamOf(["text"])]) {
      const answer = await createReading().read(requestWith(body), 10);
      expect(answer).toEqual({ ok: false, failure: { code: "malformed_request" } });
    }
  });

  it("leaves no timer behind", async () => {
    const { read, clock } = createReading();
    await read(post("abc"), 10);
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe("many large bodies at once", () => {
  const largeMax = 256 * 1024;
  const large = () => requestWith(streamOf([kib(128), kib(128)]));
  /** 240 KiB of each count: 102 of them fill 24 MiB. */
  const fill = async (read: ReturnType<typeof createReading>["read"]) => {
    for (let count = 0; count < 102; count += 1) expect((await read(large(), largeMax)).ok).toBe(true);
  };

  it("are refused once 24 MiB were read of them in ten seconds, and taken again in the next ten", async () => {
    const { read, clock } = createReading();
    await fill(read);
    expect(await read(large(), largeMax)).toEqual({
      ok: false,
      failure: { code: "overloaded", retryAfterSeconds: 10 },
    });
    await clock.advance(10_000);
    expect((await read(large(), largeMax)).ok).toBe(true);
  });

  it("keep out no body of 16 KiB", async () => {
    const { read } = createReading();
    await fill(read);
    await read(large(), largeMax);
    expect((await read(requestWith(streamOf([kib(16)])), largeMax)).ok).toBe(true);
    expect((await read(requestWith(streamOf([kib(17)])), largeMax)).ok).toBe(false);
  });
});
