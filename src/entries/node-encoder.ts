// Pages and documents compressed once and kept: a hit costs no compression, and who comes while one is made waits for the same.
//
// The compressed bytes live as long as what they were made of. They are kept only where they are at most half of its size, so both
// together never take more memory than the pages themselves, which are bounded; as a rule they take a third.
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { encodingFor } from "../http/encodings.ts";
import type { Content, Encoder, Encoding, Sent } from "../http/encodings.ts";

/** Below this, headers are most of an answer. */
const bytesMin = 1_024;

type Compress = (body: Uint8Array) => Promise<Uint8Array>;

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** A page of 100 rows takes one to three milliseconds of another thread; the next better levels take ten times as long. */
const compressors: Readonly<Record<Encoding, Compress>> = {
  br: (body) =>
    brotli(body, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: 5,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength,
      },
    }),
  gzip: (body) => deflate(body, { level: 8 }),
};

type Twin = { made: Sent | undefined; making: Promise<Sent> };
type Twins = Partial<Record<Encoding, Twin>>;

export function createEncoder(compress: Readonly<Record<Encoding, Compress>> = compressors): Encoder {
  const twinsOf = new WeakMap<Content, Twins>();

  function make(content: Content, encoding: Encoding): Twin {
    const making = compress[encoding](content.body).then(
      (body) => (body.byteLength * 2 > content.body.byteLength ? content : sentAs(encoding, content, body)),
      () => content,
    );
    const twin: Twin = { made: undefined, making };
    void making.then((sent) => (twin.made = sent));
    return twin;
  }

  return {
    recall(content, acceptEncoding) {
      const encoding = encodingFor(acceptEncoding);
      return isSmall(content) || !encoding ? content : twinsOf.get(content)?.[encoding]?.made;
    },
    async encode(content, acceptEncoding) {
      const encoding = encodingFor(acceptEncoding);
      if (isSmall(content) || !encoding) return content;
      let twins = twinsOf.get(content);
      if (!twins) twinsOf.set(content, (twins = {}));
      return (twins[encoding] ??= make(content, encoding)).making;
    },
  };
}

const isSmall = ({ body }: Content) => body.byteLength < bytesMin;

/** Other bytes need another strong validator (RFC 9110 section 8.8.3.3). Copied: zlib gives out a view of a larger buffer. */
function sentAs(encoding: Encoding, { etag }: Content, body: Uint8Array): Sent {
  return { body: new Uint8Array(body), etag: `${etag.slice(0, -1)}-${encoding}"`, encoding };
}
