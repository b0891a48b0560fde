// A tour of the package for whoever runs it: Node, workerd, a browser. It is compiled against the package as it was packed, with and against
// its `@ts-expect-error`s.
import { createClient, infoOf, Problem } from "realtimekit-bff-client";
import type { Client, ClientOptions, PageInfo, Session, SessionPage, WatchState } from "realtimekit-bff-client";

/** What came of each step, in a word. */
export async function tour(baseUrl: string): Promise<string[]> {
  const client: Client = createClient({ baseUrl, waits: { pollMs: 1_000 } });
  const steps: string[] = [];

  const page: SessionPage = await client.sessions.list("support", { status: "ENDED", per_page: 2, search: undefined });
  const [session]: readonly Session[] = page.data.sessions;
  if (!session) throw new Error("there is no session");
  steps.push(`list ${page.data.sessions.length}`);

  const again = await client.sessions.list("support", { status: "ENDED", per_page: 2 });
  const info: PageInfo | undefined = infoOf(again);
  steps.push(`again ${again === page} ${info?.isStale}`);

  const details = await client.sessions.get("support", session.id, {}, { waitMsMax: 0 });
  steps.push(`get ${details.data.id === session.id}`);

  const failure: unknown = await client.sessions.list("nobody").catch((error: unknown) => error);
  if (failure instanceof Problem) steps.push(`problem ${failure.code} ${failure.status}`);

  let count = 0;
  for await (const { id } of client.sessions.all("support", { status: "ENDED" })) {
    count += id.length > 0 ? 1 : 0;
    if (count === 150) break;
  }
  steps.push(`all ${count}`);

  steps.push(`watch ${await stateWithPage(client)}`);
  return steps;
}

/** How the first page came. */
function stateWithPage(client: Client): Promise<WatchState> {
  return new Promise((resolve) => {
    let state: WatchState = "connecting";
    const stop = client.sessions.watch(
      "support",
      { status: "LIVE" },
      (page) => {
        const ids: string[] = page.data.sessions.map(({ id }) => id);
        if (ids.length < 0) throw new Error();
        queueMicrotask(() => {
          stop();
          resolve(state);
        });
      },
      { onState: (next) => void (state = next) },
    );
  });
}

export function refusedByTheCompiler(client: Client): void {
  // @ts-expect-error a status that does not exist
  void client.sessions.list("support", { status: "PAUSED" });
  // @ts-expect-error a parameter that does not exist
  void client.sessions.list("support", { limit: 10 });
  // @ts-expect-error an id is missing
  void client.sessions.get("support");
  // @ts-expect-error a page's number is the client's own business
  void client.sessions.all("support", { page_no: 2 });
  // @ts-expect-error a list has no rows of another list
  void client.recordings.list("support").then((page) => page.data.sessions);
  // @ts-expect-error a watch needs somebody to tell
  client.sessions.watch("support", {});
  // @ts-expect-error there is no such group
  void client.webhooks;
  // @ts-expect-error a token is a promise
  const options: ClientOptions = { baseUrl: "", token: () => "a token" };
  void options;
}
