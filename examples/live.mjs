// In the page: shows which sessions are live as they start and end. By a stream where streams pass, else it asks every ten seconds.
export function showLive(list, state, { service = "https://sessions.example.com", app = "support" } = {}) {
  const path = `apps/${app}/sessions?status=LIVE`;
  const source = new EventSource(`${service}/v1/live/${path}`);
  let passes = false; // whether streams pass: the first page comes at once, so one that is late is held back on the way
  let timer = setTimeout(poll, 5_000);

  function show({ data }, how) {
    state.textContent = how;
    const items = data.sessions.map((session) => {
      const item = document.createElement("li");
      item.textContent = `${session.meeting_display_name}: ${session.live_participants}`; // as text, never as HTML
      return item;
    });
    list.replaceChildren(...items);
  }

  async function poll() {
    clearTimeout(timer);
    const current = (timer = setTimeout(poll, 10_000));
    const response = await fetch(`${service}/v1/${path}`).catch(() => undefined); // the browser adds If-None-Match
    const page = response?.ok && (await response.json());
    if (current !== timer) return; // a stream came first
    if (page) show(page, "polling");
    else state.textContent = "offline";
  }

  source.addEventListener("page", ({ data }) => {
    passes = true;
    timer = clearTimeout(timer);
    show(JSON.parse(data), "streaming");
  });
  source.onopen = () => {
    if (passes) [timer, state.textContent] = [clearTimeout(timer), "streaming"]; // nothing has changed meanwhile
  };
  source.onerror = () => timer ?? poll(); // the browser opens the stream again by itself
}
