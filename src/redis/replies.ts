// What a server may answer, and what becomes of a connection that brings anything else: it is closed, and a new one is made.
//
// problem  ioredis throws what its reply handlers throw once more in a turn of its own, where nobody can catch it: five bytes that
//          nobody asked for end the process. Its parser makes room for as many items as a reply announces: a line of a hundred bytes
//          ends the process for lack of memory. And it believes the replies to its own questions (INFO, CLUSTER), and redirections.
// choice   Each chunk is measured before the parser sees it: RESP2, the protocol that was asked for, within bounds. A fault of the
//          bytes, of a handler, or a reply that nobody asked for destroys the connection. Replies to the client's own questions are
//          checked for their shape; one that is wrong is an error like any other.
// refused  A handler for the whole process's uncaught faults: it would hide every other mistake. A client of our own.
// cost     Methods of ioredis 6.0.0 that it does not publish are replaced. The version is pinned, and the tests of row 126 fail when one
//          of them moves.
import { Cluster, Command, Redis } from "ioredis";
import DataHandler from "ioredis/built/DataHandler.js";
import { Decoder } from "ioredis/built/resp/decoder.js";

/** Larger than any page, which the upstream's answer bounds. */
const replyBytesMax = 16 * 1024 * 1024;
/** As many as a cluster has slots: each may be a range of its own. */
const itemsMax = 16_384;
const depthMax = 8;
/** Of a status or an error. */
const lineBytesMax = 8_192;

/** What ends a connection. Its code is the reason that the loss is reported with. */
class ReplyFault extends Error {
  readonly code = "PROTOCOL";
  override readonly name = "ReplyFault";
}

const lineFeed = 10;
/** A line but for its end. Text of an error or a status; a number; a length; a count. */
const lineShape = /^(?:[+-][^\r]*|:[+-]?\d{1,32}|\$(?:-1|\d{1,9})|\*(?:-1|\d{1,6}))$/;

/** Measures the bytes of one connection in the order of their coming. Throws at the first that is no reply within the bounds. */
export function createReplyMeter(): (chunk: Uint8Array) => void {
  /** Of each open array, from the outside in: how many of its items have not ended. */
  const due: number[] = [];
  /** Of a string: what is still to come, its line end included. */
  let stringBytes = 0;
  /** A line that has begun in an earlier chunk. */
  let begun = "";
  let replyBytes = 0;

  function endItem(): void {
    for (let left = due.pop(); left !== undefined; left = due.pop()) {
      if (left > 1) return void due.push(left - 1);
    }
    replyBytes = 0;
  }

  function readLine(line: string): void {
    if (!line.endsWith("\r") || !lineShape.test(line.slice(0, -1))) throw new ReplyFault("no line of RESP2");
    const count = Number(line.slice(1, -1));
    if (line.startsWith("$") && count >= 0) {
      stringBytes = count + 2;
      if (replyBytes + stringBytes > replyBytesMax) throw new ReplyFault("too long a string");
    } else if (line.startsWith("*") && count > 0) {
      if (count > itemsMax || due.length === depthMax) throw new ReplyFault("too large an array");
      due.push(count);
    } else endItem();
  }

  function measure(bytes: number): void {
    replyBytes += bytes;
    if (replyBytes > replyBytesMax) throw new ReplyFault("too long a reply");
  }

  return (chunk) => {
    for (let at = 0; at < chunk.byteLength;) {
      if (stringBytes > 0) {
        const come = Math.min(stringBytes, chunk.byteLength - at);
        measure(come);
        at += come;
        stringBytes -= come;
        if (stringBytes === 0) endItem();
        continue;
      }
      const end = chunk.indexOf(lineFeed, at);
      const part = chunk.subarray(at, end === -1 ? chunk.byteLength : end);
      if (begun.length + part.byteLength > lineBytesMax) throw new ReplyFault("too long a line");
      measure(part.byteLength + 1);
      const line = begun + String.fromCharCode(...part);
      begun = end === -1 ? line : "";
      if (end === -1) return;
      at = end + 1;
      readLine(line);
    }
  };
}

const { write } = Decoder.prototype;
const meters = new WeakMap<Decoder, (chunk: Uint8Array) => void>();

/** The methods of ioredis' handler that are replaced, as its own code calls them. */
type Handler = {
  redis: { stream: { destroy(error: Error): void }; commandQueue: { shift(): unknown } };
  dispatch(handle: () => void): void;
  returnFatalError(error: Error): void;
  shiftCommand(): unknown;
};

/** The class itself: bundlers and Node give a CommonJS module whole, types its default export. */
const handlerClass = (): { prototype: object } =>
  "default" in DataHandler ? (DataHandler.default as { prototype: object }) : DataHandler;

/** Before the first connection is made, and once: the classes are those of every client. */
export function guardReplies(): void {
  if (Decoder.prototype.write !== write) return;
  Decoder.prototype.write = function (this: Decoder, chunk: Uint8Array) {
    let meter = meters.get(this);
    if (!meter) meters.set(this, (meter = createReplyMeter()));
    meter(chunk);
    write.call(this, chunk);
  };
  const guarded: Pick<Handler, "dispatch" | "returnFatalError" | "shiftCommand"> & ThisType<Handler> = {
    dispatch: (handle) => handle(),
    returnFatalError(error) {
      this.redis.stream.destroy(
        error instanceof ReplyFault ? error : new ReplyFault("no reply to that", { cause: error }),
      );
    },
    shiftCommand() {
      const item = this.redis.commandQueue.shift();
      // What came before it may have answered the wrong questions.
      if (item === undefined) throw new ReplyFault("nobody asked");
      return item;
    },
  };
  Object.assign(handlerClass().prototype, guarded);
  // A redirection to an address that can't be read is thrown wherever the question happened to fail.
  const { handleError } = Cluster.prototype;
  Cluster.prototype.handleError = function (this: Cluster, error, ttl, handlers: { defaults(): void }) {
    try {
      handleError.call(this, error, ttl, handlers);
    } catch {
      handlers.defaults();
    }
  };
  // A redirected question is announced by one whose answer nobody looks at, and which fails with the connection.
  const { asking } = Redis.prototype;
  Redis.prototype.asking = function (this: Redis) {
    const announced = asking.call(this);
    announced.catch(() => undefined);
    return announced;
  };
  Command.setReplyTransformer("info", checked(isText));
  Command.setReplyTransformer(
    "cluster",
    checked((reply) => isText(reply) || isSlots(reply)),
  );
}

/** What a client asks for itself: a reply of another shape rejects. */
const checked = (isSound: (reply: unknown) => boolean) => (reply: unknown) => {
  if (isSound(reply)) return reply;
  throw new ReplyFault("a reply of another shape");
};

const isText = (reply: unknown): reply is string => typeof reply === "string";
const isWhole = (value: unknown, max: number) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= max;
const isListOf = (value: unknown, isItem: (item: unknown) => boolean): value is readonly unknown[] =>
  Array.isArray(value) && value.every(isItem);

/** Host and port; a node without an address is left out by the client. */
const isNode = (value: unknown) =>
  isListOf(value, () => true) && (value[0] === null || isText(value[0])) && isWhole(value[1], 65_535);

/** CLUSTER SLOTS: ranges of slots, each with its first, its last, and the nodes that have it. */
const isSlots = (reply: unknown) =>
  isListOf(reply, (range) => {
    if (!isListOf(range, () => true)) return false;
    const [first, last, ...nodes] = range;
    return isWhole(first, itemsMax - 1) && isWhole(last, itemsMax - 1) && nodes.every(isNode);
  });
