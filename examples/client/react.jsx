// Live sessions in React, by a hook that listens; and who was in the one that is clicked, by TanStack Query.
// npx esbuild react.jsx --bundle --format=esm --jsx=automatic --outfile=react.js
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "realtimekit-bff-client";
import { useSessions } from "realtimekit-bff-client/react";
import { createQueries } from "realtimekit-bff-client/tanstack";

const service = new URLSearchParams(location.search).get("service") ?? "https://sessions.example.com";
const client = createClient({ baseUrl: service });
const queries = createQueries(client);

function People({ id }) {
  const { data, error } = useQuery(queries.participants.list("support", id, { per_page: 100 }));
  if (error) return <p role="alert">{error.detail}</p>;
  return <p id="people">{data?.data.participants.map((person) => person.display_name).join(", ")}</p>;
}

function Sessions() {
  const { sessions, state, problem } = useSessions(client, "support", { status: "LIVE" });
  const [selected, select] = useState();
  const items = sessions.map((session) => (
    <li key={session.id} onClick={() => select(session.id)}>
      {session.meeting_display_name}: {session.live_participants}
    </li>
  ));
  return [
    <p id="state" key="state" children={state} />,
    <p id="problem" key="problem" role="alert" children={problem?.detail} />,
    <ul id="list" key="list" children={items} />,
    selected && <People key="people" id={selected} />,
  ];
}

const root = createRoot(document.getElementById("app"));
root.render(<QueryClientProvider client={new QueryClient()} children={<Sessions />} />);
