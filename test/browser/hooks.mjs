// A page for tests: components over the client's hooks and queries, drawn and counted as the test says.
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { createElement as h, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createClient, infoOf } from "realtimekit-bff-client";
import { useSessions } from "realtimekit-bff-client/react";
import { createQueries, queryKeys } from "realtimekit-bff-client/tanstack";

const service = new URLSearchParams(location.search).get("service") ?? "";
const asked = [];
const client = createClient({
  baseUrl: service,
  fetch(url, init) {
    asked.push(url);
    return fetch(url, init);
  },
});

window.notes = [];

function Sessions({ query }) {
  const { sessions, state, page } = useSessions(client, "support", query);
  const statuses = [...new Set(sessions.map((session) => session.status))].join();
  window.notes.push(`${query.status} asked`, ...(page ? [`${query.status} shown ${statuses}`] : []));
  return [h("p", { key: 1, id: "state" }, state), h("p", { key: 2, id: "shown" }, page && query.status)];
}

const root = createRoot(document.getElementById("app"));
window.render = (props) => root.render(h(StrictMode, undefined, props && h(Sessions, props)));
window.render({ query: { status: "LIVE" } });

/** Settles once a page of the same question came: whatever another listener was sent meanwhile is there by then. */
window.probe = () =>
  new Promise((resolve) => {
    const stop = client.sessions.watch("support", { status: "ENDED", per_page: 1 }, () => {
      queueMicrotask(stop);
      resolve();
    });
  });

/** A watch for which no time passes once it is offline: what wakes it then is no timer of its own. */
window.watchPatiently = () => {
  const timer = (delayMs, wake) => {
    const handle = setTimeout(() => (window.patientState !== "offline" || delayMs === 0) && wake(), delayMs);
    return () => clearTimeout(handle);
  };
  createClient({ baseUrl: service, timer }).sessions.watch("support", { status: "LIVE" }, () => {}, {
    onState: (state) => (window.patientState = state),
  });
};

window.queried = async () => {
  const queries = createQueries(client);
  const queryClient = new QueryClient();
  const list = queries.sessions.list("support", { status: "ENDED", per_page: 3 });
  const first = await queryClient.query(list);
  // Counted from the first page on.
  let draws = 0;
  const observer = new QueryObserver(queryClient, { ...list, notifyOnChangeProps: ["data"] });
  const end = observer.subscribe(({ data }) => (draws += data ? 1 : 0));
  await observer.refetch();
  const again = await queryClient.query(list);
  const isSame = again === first && infoOf(again) !== undefined;
  end();

  const id = first.data.sessions[0].id;
  const all = {
    list,
    details: queries.sessions.get("support", id),
    participants: queries.participants.list("support", id),
    chat: queries.chat.get("support", id),
  };
  for (const query of Object.values(all)) await queryClient.query(query);
  await queryClient.invalidateQueries({ queryKey: queryKeys.session("support", id) });
  const invalidated = Object.fromEntries(
    Object.entries(all).map(([name, { queryKey }]) => [name, queryClient.getQueryState(queryKey).isInvalidated]),
  );

  const before = asked.length;
  const failure = await queryClient.query(queries.sessions.list("nobody")).catch((error) => error);
  return { isSame, draws, invalidated, problem: failure.code, requestsForProblem: asked.length - before };
};
