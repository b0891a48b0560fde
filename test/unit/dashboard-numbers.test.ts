// What the dashboard reckons from rows: numbers per day, stays of a person, states of recordings.
import { describe, expect, it } from "vitest";
import { changeText, countRows, metricOf, periodOf, startOf } from "../../web/dashboard/numbers.ts";
import { recordingLink, recordingsIn } from "../../web/dashboard/session-files.ts";

const now = Date.parse("2026-11-22T23:30:00Z");

describe("numbers per day", () => {
  const period = periodOf(new URLSearchParams("range=7d"), now, "utc");

  it("are of as many days before as of the period, which ends today", () => {
    expect([period.days.length, period.before.length]).toEqual([7, 7]);
    expect([period.days[0], period.days.at(-1)]).toEqual(["2026-11-16", "2026-11-22"]);
    expect([period.before[0], period.before.at(-1)]).toEqual(["2026-11-09", "2026-11-15"]);
    expect(startOf(period)).toBe("2026-11-09T00:00:00.000Z");
  });

  it("a word that names no period is the usual one", () => {
    expect(periodOf(new URLSearchParams("range=forever"), now, "utc").days.length).toBe(30);
  });

  it("count a session on the day it started, with everybody who joined where that is told, else with its peak", () => {
    const row = { started_at: "2026-11-20T23:59:59.999Z", minutes_consumed: 10, max_concurrent_participants: 3 };
    const peaks = countRows([row, { ...row, started_at: "2026-11-21T00:00:00.000Z" }], "utc");
    expect([peaks.areAllPeople, ...peaks.people]).toEqual([false, ["2026-11-20", 3], ["2026-11-21", 3]]);
    const all = countRows([{ ...row, total_participants: 8 }, row], "utc");
    expect([all.areAllPeople, ...all.people]).toEqual([true, ["2026-11-20", 11]]);
    expect([...all.sessions, ...all.minutes]).toEqual([
      ["2026-11-20", 2],
      ["2026-11-20", 20],
    ]);
  });

  it("compare with the period before, and with nothing where there was nothing", () => {
    const metric = metricOf(
      new Map([
        ["2026-11-22", 3],
        ["2026-11-10", 2],
      ]),
      period,
    );
    expect([metric.total, metric.totalBefore, changeText(metric)]).toEqual([3, 2, "+50%"]);
    expect(changeText(metricOf(new Map([["2026-11-22", 3]]), period))).toBeUndefined();
  });
});

describe("recordings of a session", () => {
  const page = (rows: readonly object[]) => ({
    data: rows.map((row, index) => ({ id: String(index), session_id: "s", ...row })),
  });

  it("are ready with a link and something in the file, pending until they are uploaded, else empty or absent", () => {
    const rows = [
      { status: "UPLOADED", file_size: 9, download_url: "https://files.example/1" },
      { status: "UPLOADED", file_size: 0, download_url: "https://files.example/2" },
      { status: "UPLOADED", file_size: 9, download_url: null },
      { status: "UPLOADED", file_size: 9 },
      { status: "RECORDING", download_url: null },
      { status: "ERRORED", download_url: null },
      { status: "UPLOADED", session_id: "another" },
    ];
    const states = recordingsIn(page(rows), "s").map(({ state }) => state);
    expect(states).toEqual(["ready", "empty", "absent", "ready", "pending", "absent"]);
  });

  it("nothing but a web address is ever opened", () => {
    const rows = [
      { download_url: "javascript:alert(1)" },
      { download_url: "data:text/html,x" },
      { download_url: "https://a.example/" },
    ];
    expect(rows.map((_, index) => recordingLink(page(rows), String(index)))).toEqual([
      undefined,
      undefined,
      "https://a.example/",
    ]);
  });
});
