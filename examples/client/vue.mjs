// Live sessions in Vue: a watch behind refs, begun anew when the app changes.
// npx esbuild vue.mjs --bundle --format=esm --outfile=vue.js
import { createApp, h, onWatcherCleanup, ref, shallowRef, watchEffect } from "vue";
import { createClient } from "realtimekit-bff-client";

const service = new URLSearchParams(location.search).get("service") ?? "https://sessions.example.com";
const client = createClient({ baseUrl: service });

function useLiveSessions(app) {
  const [sessions, state, problem] = [shallowRef([]), ref("connecting"), ref("")];
  watchEffect(() => {
    const show = ({ data }) => ([sessions.value, problem.value] = [data.sessions, ""]);
    const stop = client.sessions.watch(app.value, { status: "LIVE" }, show, {
      onState: (how) => (state.value = how),
      onProblem: ({ detail }) => (problem.value = detail),
    });
    onWatcherCleanup(stop);
  });
  return { sessions, state, problem };
}

createApp({
  setup() {
    const app = ref("support");
    const { sessions, state, problem } = useLiveSessions(app);
    return () => [
      h("select", { value: app.value, onChange: (event) => (app.value = event.target.value) }, [
        ...["support", "school"].map((name) => h("option", name)),
      ]),
      h("p", { id: "state" }, state.value),
      h("p", { id: "problem", role: "alert" }, problem.value),
      h("ul", { id: "list" }, [
        ...sessions.value.map((one) =>
          h("li", { key: one.id }, `${one.meeting_display_name}: ${one.live_participants}`),
        ),
      ]),
    ];
  },
}).mount("#app");
