// A static file as an answer. The platform reads it, by a path that is written in our own source or was made by our own build, and
// never by one that a request names.
import type { Context } from "hono";
import type { Encoding } from "./encodings.ts";
import type { AppEnv } from "./exchange.ts";
import { encodingHeaders } from "./headers.ts";
import type { AnswerHeaders } from "./headers.ts";

export type Asset = { body: BodyInit; encoding?: Encoding };

/** One static file by its path below the assets' root, compressed where the client takes it so; undefined where it is missing. */
export type ReadAsset = (path: string, acceptEncoding: string | undefined) => Promise<Asset | undefined>;

/** The file with these headers, or a 404 where the build did not make it. */
export async function sendFile(
  c: Context<AppEnv>,
  readAsset: ReadAsset,
  path: string,
  headers: AnswerHeaders,
): Promise<Response> {
  const exchange = c.get("exchange");
  const asset = await readAsset(path, c.req.header("accept-encoding"));
  return asset === undefined
    ? exchange.refuse({ code: "not_found" })
    : exchange.answer(200, asset.body, { ...headers, ...encodingHeaders(asset.encoding) });
}
