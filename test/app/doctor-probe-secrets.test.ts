// What `npm run doctor -- --probe` prints can be sent to anybody: nothing of an answer is in it, whatever the answer is.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import { expectNothingSaid, probe } from "../support/doctor-probe.ts";
import { testEpoch } from "../support/epoch.ts";

const ready: FaultInput = { kind: "artefact-state", state: "ready" };

describe("what is printed", () => {
  it("holds nothing of an answer, with canaries in all that is secret and in fields that nobody knows", async () => {
    const planted: FaultInput[] = [{ kind: "extra-fields" }, { kind: "row-fields", form: "observed" }];
    const worlds: FaultInput[][] = [
      planted,
      [ready, ...planted],
      [{ kind: "echo", status: 403, match: "/participants" }, ...planted],
      [{ kind: "echo", status: 403, match: "/sessions" }],
      [{ kind: "body", form: "proto" }, ...planted],
      [{ kind: "rows", fault: "any", which: "all" }, ...planted],
      [{ kind: "redirect", to: "other", match: "/recordings" }, ...planted],
    ];
    for (const faults of worlds) expectNothingSaid(await probe({ faults }));
  });

  it("tells of a link at a host of nobody's list that it is another one", async () => {
    const { output, linesOf } = await probe({ faults: [ready], filesBaseUrl: "https://cdn.customer.example" });
    expect(linesOf("files of a session that ended days ago")).toEqual([
      expect.stringMatching(/: chat status 200, snake case, link at another host, .* file unavailable/),
    ]);
    expect(output).not.toContain("customer");
  });

  /** Leaves that no line may show. Times make rows of theirs sessions that were just now, and days ago. */
  const leaf = fc.constantFrom<unknown>(
    "CANARY",
    "CANARY_7",
    "CANARY/..",
    "https://CANARY.example/CANARY?X-Amz-Date=CANARY",
    "LIVE",
    "ENDED",
    "",
    ...[0, 3_600, 200_000, 900_000].map((seconds) => new Date(testEpoch - 1_000 * seconds).toISOString()),
    null,
    true,
    -1,
    2.5,
    10_000,
    404,
    [],
    {},
    ["CANARY"],
    { CANARY: "CANARY" },
  );
  const named = (names: string) =>
    fc.record(Object.fromEntries(names.split(" ").map((name) => [name, leaf])), { requiredKeys: [] });
  const row = named(
    "id associated_id status ended_at started_at created_at max_concurrent_participants user_id display_name peer_events " +
      "download_url download_url_expiry day total_session_minutes livestream_status breakout_rooms peer_report CANARY __proto__",
  );
  const rows = fc.oneof({ weight: 5, arbitrary: fc.array(row, { maxLength: 4 }) }, leaf);
  const link = named(
    "chat_download_url chat_download_url_expiry transcriptDownloadUrl transcriptDownloadUrlExpiry id status",
  );
  const data = fc.oneof(
    fc.record(
      { sessions: rows, participants: rows, data: rows, participant: row, session: row, paging: row },
      { requiredKeys: [] },
    ),
    fc.record({
      session_stats: fc.record({ day_stats: rows }),
      participant: fc.record({ peer_report: fc.record({ metadata: row, quality: row }) }),
    }),
    link,
    rows,
  );
  const code = named("code message CANARY");
  const body = fc.record(
    {
      success: leaf,
      data,
      result: row,
      paging: row,
      error: fc.oneof(code, leaf),
      errors: fc.oneof(fc.array(code, { maxLength: 3 }), leaf),
      CANARY: leaf,
    },
    { requiredKeys: ["data"] },
  );
  const person = fc.record({
    id: fc.constantFrom("CANARY", "CANARY_8"),
    associated_id: fc.constant("CANARY"),
    status: fc.constant("ENDED"),
  });

  it("holds nothing of answers that are anything at all, and the command does not fail of them", async () => {
    const sessions = fc.array(
      fc.tuple(row, person).map(([one, other]) => ({ ...one, ...other })),
      { maxLength: 4 },
    );
    const statuses = fc.constantFrom(200, 200, 200, 400, 404, 503);
    const answers = fc.array(fc.tuple(body, statuses), { minLength: 5, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sessions, answers, async (listed, others) => {
        let place = 0;
        const { output, code: ended } = await probe({
          async upstream() {
            place += 1;
            const [other, status] = others[place % others.length] ?? [undefined, 200];
            const headers = {
              "x-canary": "CANARY",
              etag: "CANARY",
              ratelimit: '"CANARY";r=1;t=1',
              "ratelimit-policy": '"CANARY";q=7;w=7',
            };
            const first = { success: true, data: { sessions: listed } };
            return Response.json(place < 3 ? first : other, { status: place < 3 ? 200 : status, headers });
          },
        });
        expect([0, 1]).toContain(ended);
        expect(output).not.toContain("doctor failed itself");
        expect(output.toUpperCase()).not.toContain("CANARY");
      }),
      { numRuns: 60 },
    );
  });
});
