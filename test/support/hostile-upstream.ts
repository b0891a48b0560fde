// An upstream that means harm, on a real socket: whatever a server can do to its client, at the level of bytes.
//
// The simulator stands in for the upstream as it is, faults included; this one keeps to nothing. It remembers every request as it
// came, and how much it has sent, so that a test can tell what left the product and when it hung up.
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

/** A request as it came: `target` and header names as they were written. */
export type SeenRequest = { target: string; headers: readonly (readonly [name: string, value: string])[] };

/** Answers one request. What it leaves open is closed with the server. `count` takes bytes of a body that never ends. */
export type Behaviour = (answer: ServerResponse, request: SeenRequest, count: (bytes: number) => void) => void;

export type HostileUpstream = {
  /** Origin, without a slash at the end. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** How every request is answered from now on; with a good page until told otherwise. */
  behave(behaviour: Behaviour): void;
  /** Answers that are neither finished nor given up by the client. */
  openCount(): number;
  /** Bytes of bodies that never end, so far. */
  endlessBytes(): number;
  close(): Promise<void>;
};

export async function startHostileUpstream(): Promise<HostileUpstream> {
  const requests: SeenRequest[] = [];
  const open = new Set<ServerResponse>();
  let behaviour: Behaviour = goodPage;
  let endlessBytes = 0;
  const server = createServer((incoming, answer) => {
    const raw = incoming.rawHeaders;
    const headers = raw.flatMap((name, place) => (place % 2 === 0 ? [[name, raw[place + 1] ?? ""] as const] : []));
    const request = { target: incoming.url ?? "", headers };
    requests.push(request);
    open.add(answer);
    answer.once("close", () => open.delete(answer)).on("error", () => {});
    behaviour(answer, request, (bytes) => (endlessBytes += bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    behave: (next) => void (behaviour = next),
    openCount: () => open.size,
    endlessBytes: () => endlessBytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The name in every good page, to be told from words that must not pass. */
export const goodName = "A page in good order";

/** A row that is as it should be, but for `changes`. */
export const rowOf = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  id: "813432c7-3c5a-45e2-9acf-eef7061c7584",
  associated_id: "6bf2b8be-04dd-4191-b602-1128921a306b",
  meeting_display_name: goodName,
  organization_id: "14a396e7-ca44-4937-bf1f-050a69118543",
  type: "meeting",
  status: "ENDED",
  live_participants: 0,
  max_concurrent_participants: 2,
  minutes_consumed: 2.5,
  created_at: "2026-11-22T10:00:00.010Z",
  started_at: "2026-11-22T10:00:00.000Z",
  ended_at: "2026-11-22T10:05:00.000Z",
  updated_at: "2026-11-22T10:05:00.784Z",
  ...changes,
});

/** The text of a page of these rows. A row may be text already, for what no value can hold. */
export function pageText(...rows: readonly (string | Record<string, unknown>)[]): string {
  const texts = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
  const paging = `{"total_count":${rows.length},"start_offset":1,"end_offset":${rows.length}}`;
  return `{"success":true,"data":{"sessions":[${texts.join(",")}]},"paging":${paging}}`;
}

/** Status 200 and JSON, whatever the text is. */
export const body = (text: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
  answer(200, text, { "content-type": "application/json", ...headers });

export const answer =
  (status: number, text: string | Uint8Array, headers: Readonly<Record<string, string | string[]>> = {}): Behaviour =>
  (response) =>
    void response.writeHead(status, headers).end(text);

export const goodPage: Behaviour = body(pageText(rowOf()));

/** A page in its head, so that whoever follows or keeps it would be seen. */
export const redirect = (status: number, location: string): Behaviour =>
  answer(status, pageText(rowOf()), { location, "content-type": "application/json" });

/** Well-formed JSON for as long as anybody reads. */
export const endlessBody: Behaviour = (response, _request, count) => {
  const chunk = Buffer.alloc(65_536, 0x20);
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"success":true,"pad":"');
  const write = () => {
    while (!response.destroyed) {
      count(chunk.byteLength);
      if (!response.write(chunk)) return void response.once("drain", write);
    }
  };
  write();
};

/** A good page, one byte of its body at a time. */
export const drip =
  (everyMs: number): Behaviour =>
  (response) => {
    response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
    dripInto(response, pageText(rowOf()), everyMs, (piece) => void response.write(piece));
  };

/** The same from the status line on. */
export const dripHeaders =
  (everyMs: number): Behaviour =>
  (response) => {
    const text = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n${pageText(rowOf())}`;
    dripInto(response, text, everyMs, (piece) => void response.socket?.write(piece));
  };

function dripInto(response: ServerResponse, text: string, everyMs: number, write: (piece: string) => void): void {
  let place = 0;
  const timer = setInterval(() => {
    const piece = text[place];
    place += 1;
    if (piece !== undefined) write(piece);
  }, everyMs);
  response.once("close", () => clearInterval(timer));
}

/** Headers of a good page, and then nothing. */
export const silence: Behaviour = (response) =>
  response.writeHead(200, { "content-type": "application/json" }).flushHeaders();

export const hangUp: Behaviour = (response) => void response.socket?.resetAndDestroy();

/** Lists that grow when they are parsed, by what they are made of: as long as `bytes` and `valuesMax` allow. */
export const growing: Readonly<Record<string, (bytes: number, valuesMax?: number) => string>> = {
  "empty lists": listsOf(() => "[]"),
  "nested lists": listsOf(() => "[[[[[[[[]]]]]]]]"),
  "empty objects": listsOf(() => "{}"),
  "objects that are alike": listsOf(() => '{"a":{"b":1}}'),
  "objects that are not alike": listsOf((place) => `{"${place.toString(36)}":1}`),
  texts: listsOf((place) => `"${place.toString(36)}"`),
  fractions: listsOf((place) => `0.${place}`),
};

function listsOf(itemAt: (place: number) => string) {
  return (bytes: number, valuesMax = Infinity): string => {
    const items: string[] = [];
    let length = 2;
    let values = 0;
    while (length < bytes - 20 && values < valuesMax - 10) {
      const item = itemAt(items.length);
      items.push(item);
      length += item.length + 1;
      values += item.split(/[[{]/).length;
    }
    return `[${items.join(",")}]`;
  };
}

/** `mebibytes` of blanks within JSON, sent as a thousandth of that. */
export function gzipBomb(mebibytes: number): Behaviour {
  const blanks = Buffer.alloc(mebibytes * 1_048_576, 0x20);
  const text = Buffer.concat([Buffer.from('{"success":true,"pad":"'), blanks, Buffer.from('"}')]);
  return body(gzipSync(text), { "content-encoding": "gzip" });
}

/** A good page, gzipped `layers` times, under a `content-encoding` of the test's own. */
export function encoded(layers: number, contentEncoding: string): Behaviour {
  let bytes = Buffer.from(pageText(rowOf()));
  for (let layer = 0; layer < layers; layer += 1) bytes = gzipSync(bytes);
  return body(bytes, { "content-encoding": contentEncoding });
}

/** Repeats every request header in headers and in a body, as an error or as a page; sets cookies; names itself. */
export const echo =
  (status: number): Behaviour =>
  (response, { headers }) => {
    const text = JSON.stringify(headers);
    for (const [name, value] of headers) response.setHeader(`x-echo-${name}`, value);
    response.setHeader("set-cookie", [`__cf_bm=${text.length}; Path=/`, `echo=${encodeURIComponent(text)}`]);
    response.setHeader("server", "hostile-upstream");
    response.setHeader("www-authenticate", text);
    response.setHeader("cache-control", "public, max-age=86400");
    response.setHeader("cdn-cache-control", "public, max-age=86400");
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("content-type", "application/json");
    const errors = [{ code: 10_000, message: text }];
    const page = {
      ...asRecord(pageText({ ...rowOf(), echo: text, [text]: text })),
      errors,
      messages: errors,
      echo: text,
    };
    response.writeHead(status).end(JSON.stringify(status === 200 ? page : { success: false, errors, message: text }));
  };

/** Holds for text that was written as an object. */
const asRecord = (text: string) => JSON.parse(text) as Record<string, unknown>;
