// A consumer that knows the service only by types generated from its document: it compiles, and it works.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { listSessions, questions, summaryOf } from "../consumer/client.ts";
import { appAlias, createTestService } from "../support/app.ts";

const root = path.join(import.meta.dirname, "..", "..");

test("types generated from the document compile in a small consumer, and refuse what the document refuses", async () => {
  const tsc = path.join(root, "node_modules", ".bin", "tsc");
  const compiled = promisify(execFile)(tsc, ["-p", path.join("test", "consumer", "tsconfig.json")], { cwd: root });
  await expect(compiled).resolves.toEqual({ stdout: "", stderr: "" });
});

test.each(questions)("the consumer lists sessions with %j", async (question) => {
  const { send } = createTestService();
  const listed = await listSessions(send, appAlias, question);
  expect(listed).toMatchObject({ ok: true, page: { success: true, dropped_count: 0 } });
  if (listed.ok) expect(listed.page.data.sessions.map(summaryOf).every((summary) => summary.includes(": "))).toBe(true);
});

test("the consumer gets a typed problem for an app that is not configured", async () => {
  const { send } = createTestService();
  expect(await listSessions(send, "unknown")).toMatchObject({ ok: false, problem: { code: "not_found", status: 404 } });
});
