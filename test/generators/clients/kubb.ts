// kubb's client over fetch, which parses every answer with kubb's own zod schemas. It reads no status: a problem is fetched by hand.
import { app, baseUrl, expectPage, expectProblem, question, refused } from "./expected.ts";
import { listSessions } from "./generated/clients/listSessions.ts";
import { listSessions400Schema } from "./generated/zod/listSessionsSchema.ts";

expectPage(await listSessions(app, question), false);

const answer = await fetch(`${baseUrl}/v1/apps/${app}/sessions?${new URLSearchParams(refused)}`);
expectProblem(listSessions400Schema.parse(await answer.json()), false);
