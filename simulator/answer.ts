// What the simulator decides to say, before it is known whether a socket or a test reads it, and the upstream's two JSON
// envelopes for errors. `delivery.ts` turns an answer into a `Response`, `server.ts` into bytes on a socket.

/** How the body arrives. `hang`: never. `cut`: the connection drops after so many bytes. */
export type Pace =
  | { readonly manner: "whole" }
  | { readonly manner: "slow"; readonly bytes: number; readonly intervalMs: number }
  | { readonly manner: "cut"; readonly afterBytes: number }
  | { readonly manner: "hang" };

/**
 * One answer. `body` is text, or pieces (of text or bytes) made while they are read. `gzipLayers` is how often the body is compressed on a
 * wire; a reader without a socket gets it decoded, as from any `fetch`.
 */
export type Answer = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | (() => Iterable<string | Uint8Array>);
  readonly gzipLayers: number;
  readonly pace: Pace;
};

const jsonType = ["content-type", "application/json"] as const;

/** An answer with a JSON text as its body. */
export function jsonAnswer(status: number, text: string, headers: Answer["headers"] = []): Answer {
  return { status, headers: [jsonType, ...headers], body: text, gzipLayers: 0, pace: { manner: "whole" } };
}

/** An error as the RealtimeKit service words it. */
export function realtimekitError(
  status: number,
  message: string,
  code = status,
  headers: Answer["headers"] = [],
): Answer {
  return jsonAnswer(status, JSON.stringify({ success: false, error: { code, message } }), headers);
}

/** An error as the edge in front of all Cloudflare APIs words it. */
export function v4Error(status: number, code: number, message: string, headers: Answer["headers"] = []): Answer {
  const body = { success: false, errors: [{ code, message }], messages: [], result: null };
  return jsonAnswer(status, JSON.stringify(body), headers);
}

/** An HTML page, as proxies in between produce them. */
export function htmlAnswer(status: number, message: string, headers: Answer["headers"] = []): Answer {
  const page = `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${message}</h1></body></html>`;
  return { ...jsonAnswer(status, page), headers: [["content-type", "text/html; charset=UTF-8"], ...headers] };
}
