// hey-api's client over fetch, its zod schemas, and its options for TanStack Query.
import { QueryClient } from "@tanstack/react-query";
import { app, baseUrl, expectPage, expectProblem, present, question, refused } from "./expected.ts";
import { listSessionsOptions } from "./generated/@tanstack/react-query.gen.ts";
import { client } from "./generated/client.gen.ts";
import { listSessions } from "./generated/sdk.gen.ts";
import { zListSessionsResponse, zProblem } from "./generated/zod.gen.ts";

client.setConfig({ baseUrl });

const { data } = await listSessions({ path: { app }, query: question });
expectPage(present(data, "page"), false);
expectPage(zListSessionsResponse.parse(data), false);

const { error } = await listSessions({ path: { app }, query: refused });
expectProblem(present(error, "problem"), false);
expectProblem(zProblem.parse(error), false);

const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
expectPage(await queries.fetchQuery(listSessionsOptions({ path: { app }, query: question })), false);
