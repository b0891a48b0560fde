// The demo in which people log in: a real OpenID provider on loopback with two users, and policies that show one of them two meetings. The
// meetings are those that the simulator's newest sessions are of, so that there is something to see.
//
// Passwords are made anew at each start and live as long as it; they are printed, because they open nothing but the simulator.
import { randomBytes } from "node:crypto";
import { field } from "../src/ground/plain-data.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN, type Simulator } from "../simulator/simulator.ts";
import { startProvider, type User } from "./openid-provider.ts";

export type LoginDemo = { settings: Record<string, string>; lines: readonly string[]; close(): Promise<void> };

/** `publicUrl`: where browsers will reach the service. */
export async function openLoginDemo(publicUrl: string): Promise<LoginDemo> {
  const simulator = createSimulator();
  const [app] = simulator.apps;
  const meetings = app ? await newestMeetings(simulator, app.id) : [];
  const password = () => randomBytes(9).toString("base64url");
  const teacher: User = { name: "teacher", password: password(), claims: { roles: ["teacher"], meetings } };
  const admin: User = { name: "admin", password: password(), claims: { roles: ["admin"] } };
  const provider = await startProvider({ users: [teacher, admin], publicUrls: [publicUrl] });
  return {
    settings: {
      PUBLIC_URL: publicUrl,
      // Browsers take 127.0.0.1 and localhost for two sites.
      ALLOWED_ORIGINS: [3000, 5173, 8080].map((port) => `http://127.0.0.1:${port}`).join(", "),
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      SESSION_SECRETS: randomBytes(32).toString("base64url"),
      POLICIES: JSON.stringify(policiesFor(app?.alias ?? "")),
    },
    lines: [
      `log in     ${publicUrl}/auth/login   (at the provider ${provider.issuer})`,
      `           ${teacher.name}  ${teacher.password}   sees two meetings: ${meetings.join(", ")}`,
      `           ${admin.name}    ${admin.password}   sees everything`,
    ],
    close: () => provider.close(),
  };
}

const policiesFor = (alias: string) => ({
  policies: [
    {
      name: "admin",
      when: { claim: "roles", includes: "admin" },
      apps: "*",
      meetings: "*",
      resources: "*",
      fields: "*",
    },
    {
      name: "teacher",
      when: { claim: "roles", includes: "teacher" },
      apps: [alias],
      meetings: { fromClaim: "meetings" },
      resources: ["sessions", "participants"],
      fields: "*",
    },
  ],
});

const meetingCount = 2;

/** Ids of meetings, of the newest session first. */
async function newestMeetings(simulator: Simulator, appId: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const search of ["status=LIVE&per_page=100", "per_page=100"]) {
    const path = `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${appId}/sessions?${search}`;
    const request = new Request(`http://simulator.invalid${path}`, {
      headers: { authorization: `Bearer ${SIMULATOR_TOKEN}` },
    });
    const body: unknown = await (await simulator.fetch(request)).json();
    const rows = field(field(body, "data"), "sessions");
    for (const row of Array.isArray(rows) ? rows : []) {
      const meeting = field(row, "associated_id");
      if (typeof meeting === "string" && found.size < meetingCount) found.add(meeting);
    }
  }
  return [...found];
}
