// Reads DOCUMENT, writes to OUTPUT: types, zod schemas, and a client over fetch that parses answers with them.
import { defineConfig } from "@kubb/core";
import { pluginClient } from "@kubb/plugin-client";
import { pluginOas } from "@kubb/plugin-oas";
import { pluginTs } from "@kubb/plugin-ts";
import { pluginZod } from "@kubb/plugin-zod";

const { DOCUMENT, OUTPUT, BASE_URL: baseURL } = process.env;

export default defineConfig({
  input: { path: DOCUMENT },
  output: { path: OUTPUT, clean: true, format: false, lint: false },
  plugins: [
    pluginOas({ generators: [] }),
    pluginTs(),
    pluginZod({ version: "4" }),
    pluginClient({ client: "fetch", parser: "zod", baseURL }),
  ],
});
