import { describe, expect, it } from "vitest";
import { createCors } from "../../src/http/cors.ts";
import type { Event } from "../../src/ground/runtime.ts";

function corsWithReport() {
  const events: Event[] = [];
  return { events, cors: createCors(["https://page.example"], "public", (event) => events.push(event)) };
}

describe("an origin that is not allowed", () => {
  it("is reported once, and one that is allowed never", () => {
    const { events, cors } = corsWithReport();
    for (const origin of ["https://other.example", "https://page.example", "https://other.example", undefined]) {
      cors.headers(origin);
    }
    expect(events).toEqual([{ type: "cors.refused", origin: "https://other.example" }]);
  });

  it("is not reported when it is none that a browser sends", () => {
    const { events, cors } = corsWithReport();
    for (const origin of ["null", "", "https://a.example\n", `https://${"a".repeat(200)}`, 'https://"', "file://"]) {
      cors.headers(origin);
    }
    expect(events).toEqual([]);
  });

  it("makes at most 20 lines, however many there are", () => {
    const { events, cors } = corsWithReport();
    for (let number = 0; number < 1_000; number += 1) cors.headers(`https://${number}.example`);
    expect(events).toHaveLength(20);
  });
});
