// Types of openapi-typescript, called by openapi-fetch.
import createClient from "openapi-fetch";
import { app, baseUrl, expectPage, expectProblem, present, question, refused } from "./expected.ts";
import type { paths } from "./generated/api.ts";

const client = createClient<paths>({ baseUrl });
const list = (query: typeof question | typeof refused) =>
  client.GET("/v1/apps/{app}/sessions", { params: { path: { app }, query } });

expectPage(present((await list(question)).data, "page"), false);
expectProblem(present((await list(refused)).error, "problem"), false);
