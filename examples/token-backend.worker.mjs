// The same as a Worker: wrangler secret put JWT_SECRET, with the same text as JWT_SECRET of realtimekit-bff.
import { SignJWT } from "jose";

const sessions = new Map([["session=demo", { id: "user-7", roles: ["teacher"], meetings: ["demo-meeting"] }]]);
const whoIsLoggedIn = (request) => sessions.get(request.headers.get("cookie") ?? ""); // your own login, here a fixed one

export default {
  async fetch(request, env) {
    const user = whoIsLoggedIn(request);
    if (!user) return new Response(null, { status: 401 });
    const token = await new SignJWT({ roles: user.roles, meetings: user.meetings })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer("https://app.example.com") // JWT_ISSUER
      .setAudience("sessions") // JWT_AUDIENCE
      .setSubject(user.id)
      .setExpirationTime("5m")
      .sign(new TextEncoder().encode(env.JWT_SECRET));
    return Response.json({ token }, { headers: { "cache-control": "no-store" } });
  },
};
