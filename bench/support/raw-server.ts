// What the Node process is measured against: `node:http` and nothing else, or with one GET to Redis for each answer.
//
//     node raw-server.ts two-headers|same-headers|redis <port> [<redis url>]
//
// A PUT teaches it the bytes, and the headers in `x-page-headers`; everything else is answered with them.
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { arrayBuffer } from "node:stream/consumers";
import { Redis } from "ioredis";

const [kind = "two-headers", port = "0", redisUrl = ""] = process.argv.slice(2);
const redisKey = "bench:page";
/** What Node adds to every answer by itself. */
const own: readonly string[] = ["connection", "date", "keep-alive"];

let body: Uint8Array = new Uint8Array();
let headers: Record<string, string | number> = {};

// Plain reads in one packet per turn, as the product does.
const redis = kind === "redis" ? new Redis(redisUrl, { enableAutoPipelining: true }) : undefined;

async function learn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  body = new Uint8Array(await arrayBuffer(request));
  const two = { "content-type": "application/json", "content-length": body.length };
  const taught: unknown = JSON.parse(String(request.headers["x-page-headers"] ?? "{}"));
  const theirs = Object.entries(taught ?? {}).filter(([name]) => !own.includes(name));
  headers = kind === "same-headers" ? { ...Object.fromEntries(theirs), ...two } : two;
  await redis?.set(redisKey, new TextDecoder().decode(body));
  response.end();
}

const answer = redis
  ? (response: ServerResponse) =>
      void redis.getBuffer(redisKey).then((found) => {
        response.writeHead(200, headers);
        response.end(found);
      })
  : (response: ServerResponse) => {
      response.writeHead(200, headers);
      response.end(body);
    };

createServer((request, response) => {
  if (request.method === "PUT") void learn(request, response);
  else answer(response);
}).listen({ port: Number(port), host: "127.0.0.1", backlog: 2_048 });
