// Reads DOCUMENT, writes below OUTPUT: a client over fetch with handlers for MSW, TanStack Query's options, and zod schemas.
const { DOCUMENT: input, OUTPUT: directory, BASE_URL: baseUrl } = process.env;
const project = (name, output) => ({ input, output: { target: `${directory}/${name}/api.ts`, baseUrl, ...output } });

export default {
  fetch: project("fetch", { client: "fetch", mode: "split", mock: true }),
  query: project("query", { client: "react-query" }),
  zod: project("zod", { client: "zod" }),
};
