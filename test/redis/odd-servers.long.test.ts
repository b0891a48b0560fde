// Servers that answer one command with something that no Redis sends: whichever command and whichever answer, nothing is thrown past
// the link, and the link is up again once the server answers as it should.
import { afterEach, describe, expect, it } from "vitest";
import { createReplyMeter } from "../../src/redis/replies.ts";
import { closeTestLinks, openTestLink, testSeed } from "../support/redis-rig.ts";
import { eventually, pause } from "../support/redis-server.ts";
import { chanceOf, oddReplies, startOddServer } from "../support/redis-wire.ts";
import type { Asked, OddServer } from "../support/redis-wire.ts";

const servers: OddServer[] = [];
const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
process.on("uncaughtException", note).on("unhandledRejection", note);

afterEach(async () => {
  await closeTestLinks();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const text = (value: string) => `$${value.length}\r\n${value}\r\n`;
const list = (...items: readonly string[]) => `*${items.length}\r\n${items.join("")}`;

/** What a sound server says; `port` is its own, which is the whole of its cluster and the primary of its Sentinel. */
function soundReply([name = "", what = ""]: Asked, port: number): string {
  switch (name.toLowerCase()) {
    case "info":
      return text("redis_version:7.0.0\r\n");
    case "get":
      return "$-1\r\n";
    case "subscribe":
      return list(text("subscribe"), text(what), ":1\r\n");
    case "cluster":
      if (what.toLowerCase() === "info") return text("cluster_state:ok\r\n");
      return list(list(":0\r\n", ":16383\r\n", list(text("127.0.0.1"), `:${port}\r\n`)));
    case "sentinel":
      return what.toLowerCase() === "sentinels" ? list() : list(text("127.0.0.1"), text(String(port)));
    default:
      return "+OK\r\n";
  }
}

type Kind = { scheme: string; path: string };
const single: Kind = { scheme: "redis", path: "" };
const cluster: Kind = { scheme: "redis+cluster", path: "" };
const sentinel: Kind = { scheme: "redis+sentinel", path: "/main" };

/** Opens a link to a server that is odd, uses it, and waits until it is up over the same server when that is sound. */
async function survives(
  { scheme, path }: Kind,
  what: string,
  odd: (command: Asked, port: number) => string | undefined,
): Promise<void> {
  let isOdd = true;
  const server = await startOddServer((command) => {
    const reply = isOdd ? odd(command, server.port) : undefined;
    return reply ?? soundReply(command, server.port);
  });
  servers.push(server);
  const link = await openTestLink(`${scheme}://127.0.0.1:${server.port}${path}`);
  link.listen("channel", () => undefined);
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([link.get("page"), link.run("return 1", ["page"], []), link.get("other")]);
    await pause(20);
  }
  isOdd = false;
  const answers = async () => link.isUp() && (await link.get("page")).state === "answered";
  await eventually(`a question to ${scheme} is answered after ${JSON.stringify(what)}`, answers, 50_000);
}

describe("row 126: a server that answers one command with something else", () => {
  it("row 126: whichever command it is, and whichever answer", async () => {
    const commands = [
      [single, ["info", "get", "eval", "subscribe"]],
      [cluster, ["cluster", "info", "get", "subscribe"]],
      [sentinel, ["sentinel", "info"]],
    ] as const;
    const cases = commands.flatMap(([kind, names]) =>
      names.flatMap((name) => oddReplies.map((odd) => ({ kind, name, odd }))),
    );
    await Promise.all(
      cases.map(({ kind, name, odd }) =>
        survives(kind, `${odd.slice(0, 100)} to ${name}`, ([asked = ""]) =>
          asked.toLowerCase() === name ? odd : undefined,
        ),
      ),
    );
    expect(uncaught).toEqual([]);
  });

  it("row 126: a redirection in a cluster whose announcement is refused", async () => {
    await survives(cluster, "ASK", ([asked = ""], port) => {
      if (asked.toLowerCase() === "asking") return "-ERR no\r\n";
      return asked.toLowerCase() === "get" ? `-ASK 1 127.0.0.1:${port}\r\n` : undefined;
    });
    await pause(50);
    expect(uncaught).toEqual([]);
  });

  it.each([
    ["a port that is none", list(text("127.0.0.1"), text("99999999"))],
    ["no host", list(text(""), text("1"))],
    ["hosts that are lists", list(list(), list())],
  ])("row 126: a Sentinel that names %s does not end the link for good", async (_, address) => {
    await survives(sentinel, address, ([asked = "", what = ""]) =>
      asked.toLowerCase() === "sentinel" && what.toLowerCase() !== "sentinels" ? address : undefined,
    );
    expect(uncaught).toEqual([]);
  });

  it.each([
    ["an endless range", list(list(":0\r\n", ":999999999999\r\n", list(text("127.0.0.1"), ":1\r\n")))],
    ["a node without a port", list(list(":0\r\n", ":1\r\n", list(text("127.0.0.1"))))],
    ["ranges that are none", list("$-1\r\n", "$-1\r\n")],
  ])("row 126: a cluster that tells of %s", async (_, slots) => {
    await survives(cluster, slots, ([asked = "", what = ""]) =>
      asked.toLowerCase() === "cluster" && what.toLowerCase() === "slots" ? slots : undefined,
    );
    expect(uncaught).toEqual([]);
  });
});

describe("the meter of replies", () => {
  const bytesOf = (written: string) => new TextEncoder().encode(written);
  const sound = [
    "+OK\r\n",
    "-ERR no\r\n",
    ":-12\r\n",
    "$-1\r\n",
    "$0\r\n\r\n",
    "$4\r\n\r\n\r\n\r\n",
    "*-1\r\n",
    "*0\r\n",
    list(":1\r\n", list(text("a"), "$-1\r\n"), "*0\r\n", "-ERR in it\r\n"),
    text("x".repeat(100_000)),
    list(...Array.from({ length: 500 }, (_, place) => text(`item ${place}`))),
  ].join("");

  it("lets sound replies pass wherever they are cut", () => {
    const chance = chanceOf(testSeed("the meter"));
    const bytes = bytesOf(sound.repeat(3));
    for (let round = 0; round < 50; round += 1) {
      const meter = createReplyMeter();
      for (let at = 0; at < bytes.length;) {
        const next = at + 1 + Math.floor(chance() ** 4 * 3_000);
        meter(bytes.subarray(at, next));
        at = next;
      }
    }
  });

  it.each([
    ["an unknown type", "!3\r\nERR\r\n"],
    ["a line without its return", "+OK\n"],
    ["an empty line", "\n"],
    ["an empty line with its return", "\r\n"],
    ["a return within a line", "+O\rK\r\n"],
    ["a count that is no number", "*x\r\n"],
    ["a negative length", "$-2\r\n"],
    ["a line that does not end", `+${"x".repeat(9_000)}`],
    ["more items than a cluster has slots", "*16385\r\n"],
    ["lists in lists in lists", "*1\r\n".repeat(9)],
    ["a string of 16 MiB", `$${16 * 1024 * 1024}\r\n`],
  ])("refuses %s, in one piece and in single bytes", (_, odd) => {
    expect(() => createReplyMeter()(bytesOf(sound + odd))).toThrow(/^(?:no line|too)/);
    const meter = createReplyMeter();
    meter(bytesOf(sound));
    expect(() => bytesOf(odd).forEach((byte) => meter(Uint8Array.of(byte)))).toThrow(/^(?:no line|too)/);
  });

  it("refuses a reply of many strings that are too much together", () => {
    const meter = createReplyMeter();
    const [head, item] = [bytesOf("*16384\r\n"), bytesOf(text("x".repeat(1_000_000)))];
    meter(head);
    expect(() => {
      for (let count = 0; count < 17; count += 1) meter(item);
    }).toThrow(/^(?:no line|too)/);
  });
});
