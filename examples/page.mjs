// In the page: asks with a token of your own backend, kept until it is refused, and waits when the service says so.
let token;

async function newToken(tokens) {
  const response = await fetch(tokens, { credentials: "include" });
  const { token: fresh } = response.ok ? await response.json().catch(() => ({})) : {}; // a login page is not JSON
  if (!fresh)
    throw new Error(response.ok || response.status === 401 ? "not signed in" : `no token: ${response.status}`);
  return fresh;
}

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export async function listSessions(query, { tokens = "/api/token", service = "https://sessions.example.com" } = {}) {
  let problem;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    token ??= await newToken(tokens);
    const response = await fetch(`${service}/v1/apps/support/sessions?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (response.ok) return response.json();
    problem = await response.json();
    const seconds = Number(response.headers.get("retry-after"));
    if (response.status === 401) token = undefined; // it has run out: ask for a new one
    else if (seconds > 0) await wait(seconds);
    else break;
  }
  throw new Error(`${problem.code}: ${problem.errors.map(({ message }) => message).join("; ")}`);
}
