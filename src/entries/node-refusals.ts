// What Node's parser refuses, and requests that take too long to come: answered by us, with the body and the headers of any other error.
//
// Node would answer these itself, without a body and without our headers. There is no request to read an origin, a path or a client
// from, so no client is counted here.
import { STATUS_CODES } from "node:http";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Failure } from "../ground/errors.ts";
import type { RawAnswer } from "../http/headers.ts";
import type { Turns } from "./node-turns.ts";

type Parts = {
  turns: Turns;
  /** The answer to a failure, with `Connection: close`. */
  refusalOf(failure: Failure): RawAnswer;
  /** Answers with it, unless the answer is settled. */
  refuse(outgoing: ServerResponse, refusal: RawAnswer): void;
};

/** Takes the errors of `clientError`. The answers to requests before the faulty one come first; then the connection ends. */
export function createParserRefusals({ turns, refusalOf, refuse }: Parts): (error: Error, socket: Socket) => void {
  const refused = new WeakSet<Socket>();

  return (error, socket) => {
    if (isBehindLast(error)) return;
    const failure = failureOf(error);
    if (!failure) return void socket.destroy();
    const last = turns.last(socket);
    // What comes behind a whole request is not late while the answer to that is under way: Node may have stopped reading.
    if (failure.code === "request_timeout" && last?.req.complete) return;
    if (refused.has(socket)) return;
    refused.add(socket);
    const end = () => {
      if (socket.writable) socket.write(textOf(refusalOf(failure)));
      socket.destroySoon();
    };
    if (!last) end();
    else if (last.req.complete) last.once("close", end);
    // The fault is in the body of a request that was taken for one, or that is late. Where its answer is settled, that ends the connection too.
    else refuse(last, refusalOf(failure));
  };
}

/** What follows a request with `Connection: close`: the answer to that ends the connection. */
const isBehindLast = ({ code }: NodeJS.ErrnoException) => code === "HPE_CLOSED_CONNECTION";

/** Undefined where the connection is broken, so that nobody is there to be told. */
function failureOf(error: NodeJS.ErrnoException): Failure | undefined {
  const { code = "" } = error;
  if (code === "HPE_HEADER_OVERFLOW") return { code: "headers_too_large" };
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return { code: "request_timeout" };
  return code.startsWith("HPE_") ? { code: "malformed_request" } : undefined;
}

/** An answer as it stands on the wire (RFC 9112 section 2.1). */
function textOf({ status, headers, body }: RawAnswer): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (let place = 0; place < headers.length; place += 2) text += `${headers[place]}: ${headers[place + 1]}\r\n`;
  return `${text}\r\n${typeof body === "string" ? body : ""}`;
}
