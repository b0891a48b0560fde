// The body of a purge: one closed object, and every mistake in it told at once.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPurgeOrder } from "../../src/resources/purge-order.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (body: unknown) => readPurgeOrder(bytesOf(typeof body === "string" ? body : JSON.stringify(body)));
const issuesIn = (body: unknown) => {
  const order = read(body);
  return order.ok || order.failure.code !== "invalid_body" ? [] : (order.failure.issues ?? []);
};

const app = { key: "app", message: "app must be an alias or an app id of 1 to 64 characters" };
const meeting = {
  key: "meeting",
  message: "meeting must be a UUID or a room name of 1 to 64 letters, digits and hyphens",
};
const session = {
  key: "session",
  message: "session must be the id of a session: 1 to 64 letters, digits, hyphens and underscores",
};
const both = { key: "session", message: "session may not stand beside meeting; name one of them" };
const hard = { key: "hard", message: "hard must be true or false" };
const unknown = (key: string) => ({ key, message: "unknown key; this body takes app, meeting, session, hard" });
const noObject = { message: "the body must be one JSON object in UTF-8 with some of app, meeting, session, hard" };

describe("what is wrong is told at once, in the order of the keys", () => {
  test.each<[unknown, unknown[]]>([
    ...["", "{", "{} {}", "null", "[]", '"app"', "1", "true", "NaN", "{'app':1}", '\u{feff}{"app":"a"}'].map(
      (text): [unknown, unknown[]] => [text, [noObject]],
    ),
    [{}, [app]],
    [{ app: "" }, [app]],
    [{ app: "a".repeat(65) }, [app]],
    [{ app: null, meeting: null, session: null, hard: null }, [app, meeting, session, both, hard]],
    [{ app: ["a"], meeting: {}, hard: "true" }, [app, meeting, hard]],
    [{ app: "a", meeting: "a b" }, [meeting]],
    [{ app: "a", meeting: "*" }, [meeting]],
    [{ app: "a", meeting: "" }, [meeting]],
    [{ app: "a", session: "../x" }, [session]],
    [{ app: "a", session: "peer-report" }, [session]],
    [{ app: "a", hard: 1 }, [hard]],
    [{ app: "a", meeting: "m", session: "s" }, [both]],
    [{ app: "a", Hard: true, hard: true, apps: ["a"] }, [unknown("Hard"), unknown("apps")]],
    [{ zeta: 1, alpha: 1, hard: 0 }, [app, hard, unknown("alpha"), unknown("zeta")]],
    ['{"app":"a","__proto__":{"hard":true},"constructor":1}', [unknown("__proto__"), unknown("constructor")]],
    ['{"app":"a","":1}', [unknown("(empty name)")]],
    [{ app: "a", ["\n".repeat(100)]: 1 }, [unknown("?".repeat(64))]],
  ])("%j", (body, issues) => {
    expect(issuesIn(body)).toEqual(issues);
  });

  test("bytes that are no UTF-8 are no object", () => {
    const bytes = Uint8Array.from([...bytesOf('{"app":"a'), 0xff, ...bytesOf('"}')]);
    expect(readPurgeOrder(bytes)).toEqual({ ok: false, failure: { code: "invalid_body", issues: [noObject] } });
  });

  test("and at most twenty of it", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, place) => [`key-${place}`, place]));
    expect(issuesIn(many)).toHaveLength(20);
    expect(issuesIn(many)[0]).toEqual(app);
  });
});

describe("for any body", () => {
  const some = fc.constantFrom("a", "room-1", "ROOM-1", "A_b", "peer-report", "", "a/b");
  const text = fc.oneof({ weight: 3, arbitrary: some }, fc.string({ maxLength: 70 }));
  const value = fc.oneof({ weight: 5, arbitrary: text }, fc.jsonValue({ maxDepth: 1 }));
  const flag = fc.oneof({ weight: 3, arbitrary: fc.boolean() }, value);
  const known = fc.record({ app: text, meeting: value, session: value, hard: flag }, { requiredKeys: ["app"] });
  const others = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
  const body = fc.oneof(
    { weight: 6, arbitrary: known },
    fc.tuple(known, others).map(([one, other]) => ({ ...other, ...one })),
    fc.jsonValue(),
  );

  /** The rules once more, by hand. */
  function isRight(raw: unknown): boolean {
    if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return false;
    const given = new Map<string, unknown>(Object.entries(raw));
    if ([...given.keys()].some((key) => !["app", "meeting", "session", "hard"].includes(key))) return false;
    const [named, room, id, isHard] = ["app", "meeting", "session", "hard"].map((key) => given.get(key));
    if (typeof named !== "string" || named.length < 1 || named.length > 64) return false;
    if (given.has("meeting") && !(typeof room === "string" && /^[a-z0-9-]{1,64}$/i.test(room))) return false;
    const isSession = typeof id === "string" && /^[\w-]{1,64}$/.test(id) && id !== "peer-report";
    if (given.has("session") && (!isSession || given.has("meeting"))) return false;
    return !given.has("hard") || typeof isHard === "boolean";
  }

  test("what is right is read as it is, with the meeting in lower case, and nothing else is read", () => {
    let rightCount = 0;
    fc.assert(
      fc.property(body, (raw) => {
        const sent: unknown = JSON.parse(JSON.stringify(raw));
        const order = read(sent);
        expect(order.ok).toBe(isRight(sent));
        if (!order.ok) return;
        rightCount += 1;
        const { meeting: room, ...rest } = sent as Record<string, unknown>;
        expect(order.value).toEqual(
          room === undefined ? rest : { ...rest, meeting: JSON.stringify(room).slice(1, -1).toLowerCase() },
        );
      }),
      { numRuns: 3_000 },
    );
    expect(rightCount).toBeGreaterThan(100);
  });

  test("whatever bytes it is made of, nothing throws, and a refusal has 1 to 20 issues", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          body.map((raw) => bytesOf(JSON.stringify(raw))),
        ),
        (bytes) => {
          const order = readPurgeOrder(bytes);
          if (order.ok) return;
          expect(order.failure.code).toBe("invalid_body");
          const issues = "issues" in order.failure ? (order.failure.issues ?? []) : [];
          expect(issues.length).toBeGreaterThan(0);
          expect(issues.length).toBeLessThanOrEqual(20);
          for (const { message } of issues) expect(message).toMatch(/^[ -~]{1,512}$/);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test("no value is repeated in a refusal", () => {
    const secret = "value-that-nobody-may-see!";
    const wrong = { app: [secret], meeting: secret, session: secret, hard: secret, other: secret };
    expect(JSON.stringify(read(wrong))).not.toContain(secret);
  });
});
