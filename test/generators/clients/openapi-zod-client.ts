// openapi-zod-client's Zodios client, which checks questions and answers with its own zod schemas.
import { isErrorFromAlias } from "@zodios/core";
import { app, baseUrl, expectPage, expectProblem, question, refused } from "./expected.ts";
import { api, createApiClient } from "./generated/api.ts";

const client = createApiClient(baseUrl);

expectPage(await client.listSessions({ params: { app }, queries: question }), false);

const error: unknown = await client
  .listSessions({ params: { app }, queries: refused })
  .catch((reason: unknown) => reason);
if (!isErrorFromAlias(api.api, "listSessions", error)) throw error;
if (error.response.status !== 400) throw new Error(`400 was expected, not ${error.response.status}`);
expectProblem(error.response.data, false);
