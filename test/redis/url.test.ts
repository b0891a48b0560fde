// One line of configuration: what it may look like, and that a refusal shows none of it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRedisUrl } from "../../src/redis/url.ts";
import { testSeed } from "../support/redis-rig.ts";

const plain = { kind: { type: "single" }, tls: false, username: undefined, password: undefined, db: 0 };

describe("a Redis URL", () => {
  it.each([
    ["redis://localhost", { ...plain, nodes: [{ host: "localhost", port: 6379 }] }],
    ["redis://[::1]:7000/3", { ...plain, nodes: [{ host: "::1", port: 7000 }], db: 3 }],
    ["redis://:p%40ss%2F@h:1/", { ...plain, nodes: [{ host: "h", port: 1 }], password: "p@ss/" }],
    ["redis://secret@h", { ...plain, nodes: [{ host: "h", port: 6379 }], password: "secret" }],
    ["rediss://u:p@h", { ...plain, nodes: [{ host: "h", port: 6379 }], tls: true, username: "u", password: "p" }],
    [
      "redis://a:1,b:2,c",
      {
        ...plain,
        kind: { type: "cluster" },
        nodes: [
          { host: "a", port: 1 },
          { host: "b", port: 2 },
          { host: "c", port: 6379 },
        ],
      },
    ],
    ["rediss+cluster://a", { ...plain, kind: { type: "cluster" }, tls: true, nodes: [{ host: "a", port: 6379 }] }],
    [
      "redis+sentinel://:p@s1,s2:5/main/2",
      {
        ...plain,
        kind: { type: "sentinel", group: "main" },
        nodes: [
          { host: "s1", port: 26379 },
          { host: "s2", port: 5 },
        ],
        password: "p",
        db: 2,
      },
    ],
  ])("%s is read", (text, target) => {
    expect(parseRedisUrl(text)).toEqual({ ok: true, value: target });
  });

  it.each([
    "",
    "localhost:6379",
    "http://h",
    "redis://",
    "redis://h:0",
    "redis://h:70000",
    "redis://h/x",
    "redis://h/1/2",
    "redis://a,b/1",
    "redis://a,,b",
    "redis://h?db=1",
    "redis://:%zz@h",
    "redis+sentinel://s",
    "redis://:pa/ss@h",
  ])("%s is refused", (text) => {
    expect(parseRedisUrl(text)).toMatchObject({ ok: false });
  });

  it("is refused without a word of it being repeated", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.webPath(), (secret, path) => {
        const read = parseRedisUrl(`redis://user:${secret}@host:99999${path}`);
        if (!read.ok) expect(read.failure).not.toContain(secret);
      }),
      { seed: testSeed("redis url") },
    );
  });
});
