// orval's client over fetch, its options for TanStack Query, its zod schemas, and its mocks, all of which must pass those schemas.
import { faker } from "@faker-js/faker";
import { QueryClient } from "@tanstack/react-query";
import { setupServer } from "msw/node";
import { app, expectPage, expectProblem, question, refused } from "./expected.ts";
import { getListSessionsMockHandler } from "./generated/fetch/api.msw.ts";
import { listSessions } from "./generated/fetch/api.ts";
import { getListSessionsQueryOptions } from "./generated/query/api.ts";
import { ListSessionsResponse } from "./generated/zod/api.ts";

const mocksCount = 50;

const answer = await listSessions(app, question);
if (answer.status !== 200) throw new Error(`a page was expected, not ${answer.status}`);
expectPage(answer.data, false);
expectPage(ListSessionsResponse.parse(answer.data), false);

const refusal = await listSessions(app, refused);
if (refusal.status === 200) throw new Error("a problem was expected");
expectProblem(refusal.data, false);

const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
const queried = await queries.fetchQuery(getListSessionsQueryOptions(app, question));
if (queried.status !== 200) throw new Error(`a page was expected, not ${queried.status}`);
expectPage(queried.data, false);

const seed = faker.seed();
const server = setupServer(getListSessionsMockHandler());
server.listen({ onUnhandledRequest: "error" });
const reasons: string[] = [];
for (let made = 0; made < mocksCount; made++) {
  const parsed = ListSessionsResponse.safeParse((await listSessions(app, question)).data);
  if (!parsed.success) reasons.push(JSON.stringify(parsed.error.issues[0]));
}
server.close();
const passed = `${mocksCount - reasons.length} of ${mocksCount} mocks pass (seed ${seed})`;
if (reasons.length > 0) throw new Error(`${passed}; the first that does not: ${reasons[0]}`);
console.log(passed);
