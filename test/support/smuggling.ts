// Requests that two parsers may read as different numbers of requests. Each carries a second one inside, for a path that a proxy in
// front has refused; whoever reads the bytes as RFC 9112 has them never sees it as a request of its own.
import { forbiddenPath } from "./haproxy.ts";

/** A second request, as it would stand in a body. */
export const smuggled = `GET ${forbiddenPath} HTTP/1.1\r\nHost: product\r\nX-Smuggled: yes\r\n\r\n`;

/** What the first request is for. */
export const carrier = "/healthz";
const length = smuggled.length;
const hex = length.toString(16);
const chunked = "Transfer-Encoding: chunked";

/** A request with these header lines; what follows is its body, or not, as one reads it. */
const post = (headers: string, body: string) =>
  `POST ${carrier} HTTP/1.1\r\nHost: product\r\n${headers}\r\n\r\n${body}`;
const get = (headers: string, body = smuggled) =>
  `GET ${carrier} HTTP/1.1\r\nHost: product\r\n${headers}\r\n\r\n${body}`;
const overOldHttp = (bytes: string) => bytes.replace("HTTP/1.1", "HTTP/1.0");

/** No body for whoever reads chunks; a body with the second request in it for whoever goes by the length. */
const ending = `0\r\n\r\n${smuggled}`;
const endingLength = `Content-Length: ${ending.length}`;
/** The other way round: one chunk that holds the second request, for whoever reads chunks. */
const oneChunk = `${hex}\r\n${smuggled}\r\n0\r\n\r\n`;

type Ambiguity = readonly [name: string, bytes: string];

const twoFramings: readonly Ambiguity[] = [
  ["a length that covers the chunks", post(`${endingLength}\r\n${chunked}`, ending)],
  ["chunks, then a length that covers them", post(`${chunked}\r\n${endingLength}`, ending)],
  ["a length that ends within the first chunk", post(`Content-Length: ${hex.length + 2}\r\n${chunked}`, oneChunk)],
  ["a length of nothing, and chunks", post(`Content-Length: 0\r\n${chunked}`, oneChunk)],
  ["chunks over HTTP/1.0", overOldHttp(post(`${chunked}\r\nConnection: keep-alive`, ending))],
  ["a length and chunks over HTTP/1.0", overOldHttp(post(`${endingLength}\r\n${chunked}`, ending))],
];

const codings: readonly Ambiguity[] = [
  ["xchunked", "Transfer-Encoding: xchunked"],
  ["a blank before the colon", "Transfer-Encoding : chunked"],
  ["a tab before the colon", "Transfer-Encoding\t: chunked"],
  ["a vertical tab before the value", "Transfer-Encoding:\u000bchunked"],
  ["a vertical tab after the value", "Transfer-Encoding: chunked\u000b"],
  ["a form feed after the value", "Transfer-Encoding: chunked\u000c"],
  ["a no-break space before the value", "Transfer-Encoding:\u00a0chunked"],
  ["a NUL in the value", "Transfer-Encoding: chu\u0000nked"],
  ["quotes", 'Transfer-Encoding: "chunked"'],
  ["identity", "Transfer-Encoding: identity"],
  ["chunked, identity", "Transfer-Encoding: chunked, identity"],
  ["identity, chunked", "Transfer-Encoding: identity, chunked"],
  ["chunked twice", "Transfer-Encoding: chunked, chunked"],
  ["a second header that is unknown", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x"],
  ["a first header that is unknown", "Transfer-Encoding: x\r\nTransfer-Encoding: chunked"],
  ["a parameter", "Transfer-Encoding: chunked;q=1"],
  ["an empty element", "Transfer-Encoding: ,chunked,"],
  ["nothing", "Transfer-Encoding:"],
  ["a folded value", "Transfer-Encoding:\r\n chunked"],
  ["a folded header before", "X: y\r\n Transfer-Encoding: chunked"],
  ["a blank before the name", " Transfer-Encoding: chunked"],
  ["a line feed alone before the name", "X: y\nTransfer-Encoding: chunked"],
  ["a carriage return alone before the name", "X: y\rTransfer-Encoding: chunked"],
  ["a carriage return before the line break", "Transfer-Encoding: chunked\r"],
  ["a byte beyond ASCII in the name", "Transfer\u00ad-Encoding: chunked"],
];

const lengths: readonly Ambiguity[] = [
  ["twice, differently", `Content-Length: 0\r\nContent-Length: ${length}`],
  ["twice, as a list", `Content-Length: 0, ${length}`],
  ["twice, the same as a list", `Content-Length: ${length}, ${length}`],
  ["a plus sign", `Content-Length: +${length}`],
  ["a minus sign", `Content-Length: -${length}`],
  ["hexadecimal", `Content-Length: 0x${hex}`],
  ["an exponent", "Content-Length: 7e1"],
  ["a fraction", `Content-Length: ${length}.0`],
  ["a blank within", "Content-Length: 7 7"],
  ["an underscore", "Content-Length: 7_7"],
  ["beyond 64 bits", `Content-Length: ${18_446_744_073_709_551_616n + BigInt(length)}`],
  ["a blank before the colon", `Content-Length : ${length}`],
  ["a folded value", `Content-Length:\r\n ${length}`],
  ["nothing", "Content-Length:"],
  ["a vertical tab", `Content-Length:\u000b${length}`],
  ["a parameter", `Content-Length: ${length};x`],
  ["a NUL after it", `Content-Length: ${length}\u0000`],
  ["Arabic digits, as bytes", "Content-Length: \u00d9\u00a7\u00d9\u00a7"],
];

const chunkSizes: readonly Ambiguity[] = [
  ["0x", `0x${hex}\r\n${smuggled}\r\n0\r\n\r\n`],
  ["a minus sign", `-1\r\n${smuggled}\r\n0\r\n\r\n`],
  ["a plus sign", `+0\r\n\r\n${smuggled}`],
  ["a blank before", ` 0\r\n\r\n${smuggled}`],
  ["an underscore", `0_0\r\n\r\n${smuggled}`],
  ["beyond 64 bits", `1${"0".repeat(16)}\r\n\r\n${smuggled}`],
  ["nothing", `\r\n\r\n${smuggled}`],
  ["a line feed alone after it", `0\n\r\n${smuggled}`],
  ["a line feed alone in an extension", `2;\nxx\r\n${hex}\r\n0\r\n\r\n${smuggled}`],
  ["a carriage return alone in an extension", `2;\rxx\r\n0\r\n\r\n${smuggled}`],
  ["a NUL in an extension", `0;\u0000\r\n\r\n${smuggled}`],
  ["data beyond its size", `3\r\nabcdef0\r\n\r\n${smuggled}`],
  ["no line break after its data", `3\r\nabc0\r\n\r\n${smuggled}`],
  ["a line feed alone after its data", `3\r\nabc\n0\r\n\r\n${smuggled}`],
  ["line feeds alone at the end", `0\r\n\n${smuggled}`],
  ["a trailer without a colon", `0\r\nGET ${forbiddenPath} HTTP/1.1\r\n\r\n`],
];

const lines: readonly Ambiguity[] = [
  ["line feeds alone", `GET ${carrier} HTTP/1.1\nHost: product\n\n${smuggled}`],
  ["carriage returns alone", `GET ${carrier} HTTP/1.1\rHost: product\r\r${smuggled}`],
  ["a line feed alone in a header", get(`X: y\nContent-Length: ${length}`)],
  ["a carriage return alone in a header", get(`X: y\rContent-Length: ${length}`)],
  ["a header without a colon", get(`X\r\nContent-Length: ${length}`)],
  ["a header without a name", get(`: x\r\nContent-Length: ${length}`)],
  ["a blank in a name", get(`Content Length: ${length}`)],
  ["a NUL in a header", get(`X: y\u0000\r\nContent-Length: ${length}`)],
  ["a blank first line of headers", `GET ${carrier} HTTP/1.1\r\n Host: product\r\n\r\n${smuggled}`],
  ["tabs in the request line", `GET\t${carrier}\tHTTP/1.1\r\nHost: product\r\n\r\n${smuggled}`],
  ["no version", `GET ${carrier}\r\n\r\n${smuggled}`],
  ["a version with three digits", `GET ${carrier} HTTP/1.01\r\nHost: product\r\n\r\n${smuggled}`],
  ["version 2.0", `GET ${carrier} HTTP/2.0\r\nHost: product\r\n\r\n${smuggled}`],
  ["version 9.9", `GET ${carrier} HTTP/9.9\r\nHost: product\r\n\r\n${smuggled}`],
  ["a lower-case version", `GET ${carrier} http/1.1\r\nHost: product\r\n\r\n${smuggled}`],
];

const withName = (what: string, list: readonly Ambiguity[], wrap: (part: string) => string): Ambiguity[] =>
  list.map(([name, part]) => [`${what}: ${name}`, wrap(part)]);

/** Not valid for RFC 9112: whoever answers one at all says 400 and ends the connection. */
export const malformedFramings: readonly Ambiguity[] = [
  ...withName("two framings", twoFramings, (bytes) => bytes),
  ...withName("transfer coding", codings, (header) => post(`${header}\r\n${endingLength}`, ending)),
  ...withName("content length", lengths, (header) => post(header, smuggled)),
  ...withName("chunk size", chunkSizes, (body) => post(chunked, body)),
  ...withName("lines", lines, (bytes) => bytes),
];

/** Valid, with one reading: the second request is the first one's body, or its header. */
export const soundFramings: readonly Ambiguity[] = [
  ["a body of a GET", get(`Content-Length: ${length}`)],
  ["a body of a HEAD", get(`Content-Length: ${length}`).replace("GET", "HEAD")],
  ["a body of an OPTIONS", get(`Content-Length: ${length}`).replace("GET", "OPTIONS")],
  ["chunks of a GET", get(chunked, oneChunk)],
  ["chunks in capital letters", post("TRANSFER-ENCODING: CHUNKED", oneChunk)],
  ["a chunk size with leading zeros", post(chunked, `000${hex}\r\n${smuggled}\r\n0\r\n\r\n`)],
  ["a length with leading zeros", post(`Content-Length: 000${length}`, smuggled)],
  ["a chunk extension", post(chunked, `${hex};x="${forbiddenPath}"\r\n${smuggled}\r\n0\r\n\r\n`)],
  ["trailers", post(chunked, `${hex}\r\n${smuggled}\r\n0\r\nHost: evil.example\r\nContent-Length: 1\r\n\r\n`)],
  ["a connection header that names the length", get(`Connection: content-length\r\nContent-Length: ${length}`)],
  ["a connection header that names the chunks", get(`Connection: transfer-encoding\r\n${chunked}`, oneChunk)],
  ["an underscore in the name of the coding", post(`Transfer_Encoding: chunked\r\n${endingLength}`, ending)],
  ["two blanks before the version", get(`Content-Length: ${length}`).replace(" HTTP", "  HTTP")],
  ["an expectation", post(`Expect: 100-continue\r\nContent-Length: ${length}`, smuggled)],
  ["an upgrade to HTTP/2", get(`Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${length}`)],
  ["an upgrade to a web socket", get(`Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${length}`)],
  ["an override of the method", get(`X-HTTP-Method-Override: POST\r\nContent-Length: ${length}`)],
];
