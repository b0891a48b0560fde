// A stream on Node: written to the connection itself. A web stream in between would cost each client twice the memory.
import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { OpenSink } from "../http/event-stream.ts";

/** `outgoingOf`: the answer that Node has opened for a request. */
export const openNodeSink =
  (outgoingOf: (request: Request) => ServerResponse | undefined): OpenSink =>
  (request, events, answer) => {
    const outgoing = outgoingOf(request);
    if (!outgoing) throw new Error("no connection");
    const response = answer(null);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    outgoing.on("drain", () => events.ready());
    outgoing.on("close", () => events.over("gone"));
    // A client that left while its first page was loading has closed already, and no event will say so.
    if (outgoing.closed || outgoing.destroyed) queueMicrotask(() => events.over("gone"));
    return {
      response: RESPONSE_ALREADY_SENT,
      sink: {
        write: (bytes) => outgoing.write(bytes),
        end: () => void outgoing.end(),
        drop() {
          events.over("slow");
          outgoing.destroy();
        },
      },
    };
  };
