// swagger-typescript-api's client over fetch. It throws an answer that is no success.
import { app, baseUrl, expectPage, expectProblem, question, refused } from "./expected.ts";
import { Api } from "./generated/api.ts";

const { v1 } = new Api({ baseUrl });

expectPage((await v1.listSessions(app, question)).data, false);

type Answer = Awaited<ReturnType<typeof v1.listSessions>>;
const { error } = await v1.listSessions(app, refused).catch((answer: Answer) => answer);
expectProblem(error, false);
