// A backend of yours that signs a five-minute token for whoever is logged in: node token-backend.node.mjs
import { createServer } from "node:http";
import { SignJWT } from "jose";

const secret = new TextEncoder().encode(process.env.JWT_SECRET); // the same text as JWT_SECRET of realtimekit-bff
const whoIsLoggedIn = (request) => sessions.get(request.headers.cookie ?? ""); // your own login, here a fixed one
const sessions = new Map([["session=demo", { id: "user-7", roles: ["teacher"], meetings: ["demo-meeting"] }]]);

const server = createServer(async (request, response) => {
  const user = whoIsLoggedIn(request);
  if (!user) return response.writeHead(401).end();
  const token = await new SignJWT({ roles: user.roles, meetings: user.meetings })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer("https://app.example.com") // JWT_ISSUER
    .setAudience("sessions") // JWT_AUDIENCE
    .setSubject(user.id)
    .setExpirationTime("5m")
    .sign(secret);
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify({ token }));
});
server.listen(process.env.PORT ?? 3001, () => console.log(`tokens at http://localhost:${server.address().port}/`));
