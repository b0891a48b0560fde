// The settings of `npm start` in front of the simulator, in every mode, and a ready credential for the modes that need one.
//
// Whatever the environment sets wins. Secrets are made anew at each start and live as long as it; the curl that is printed shows the
// credential on purpose, because it opens nothing but the simulator.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, SignJWT } from "jose";
import type { AuthMode } from "../src/identity/principal.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../simulator/simulator.ts";
import { openLoginDemo } from "./demo-login.ts";
import { makeApiKey } from "./doctor/api-key.ts";
import { openPolicies } from "./open-policies.ts";

const host = "127.0.0.1";
const credentialLife = "12h";

/** The header that lets a caller in, and a sentence about it; or only a sentence where no credential can be made here. */
export type Credential = { header?: string; note: string };

export type Demo = {
  settings: Record<string, string>;
  credential: Credential | undefined;
  /** What there is to know beside it. */
  lines: readonly string[];
  close(): Promise<void>;
};

/** A setting of the environment; undefined where it is absent or blank. */
export type Given = (name: string) => string | undefined;

/**
 * The demo's settings over those that are given. Call `close` at the end: in `access` mode a server of keys runs, in `session` mode an OpenID
 * provider. `publicUrl`: where browsers will reach the service.
 */
export async function openDemo(given: Given, publicUrl: string): Promise<Demo> {
  const mode = given("AUTH_MODE")?.trim() ?? "public";
  const { settings, credential, lines = [], close = async () => {} } = await demoOfMode(mode, given, publicUrl);
  const { apps } = createSimulator();
  return {
    settings: {
      CLOUDFLARE_API_TOKEN: SIMULATOR_TOKEN,
      CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
      REALTIMEKIT_APPS: apps.map(({ alias, id }) => `${alias}=${id}`).join(", "),
      AUTH_MODE: mode,
      ARTEFACT_HOSTS: host,
      ...settings,
    },
    credential,
    lines,
    close,
  };
}

/** The pages that a frontend developer's own server usually has, and the service's own. */
export function demoOrigins(port: number): string {
  return [port, 3000, 5173, 8080]
    .flatMap((number) => [`http://localhost:${number}`, `http://${host}:${number}`])
    .join(", ");
}

type Part = {
  settings: Record<string, string>;
  credential?: Credential;
  lines?: readonly string[];
  close?(): Promise<void>;
};

/** A mode that does not exist gets no settings of its own: the configuration says what is wrong with it. */
async function demoOfMode(mode: AuthMode | (string & {}), given: Given, publicUrl: string): Promise<Part> {
  switch (mode) {
    case "public":
      return { settings: { POLICIES: openPolicies(createSimulator().apps.map(({ alias }) => alias)) } };
    case "jwt":
      return demoOfJwt(given);
    case "key":
      return demoOfKey(given);
    case "access":
      return demoOfAccess(given);
    case "session":
      return given("OIDC_ISSUER") === undefined ? openLoginDemo(publicUrl) : { settings: {} };
    default:
      return { settings: {} };
  }
}

const claims = { roles: ["admin"], name: "Demo" };

async function demoOfJwt(given: Given): Promise<Part> {
  const issuer = given("JWT_ISSUER") ?? "https://app.example.com";
  const audience = given("JWT_AUDIENCE") ?? "sessions";
  const settings = { JWT_ISSUER: issuer, JWT_AUDIENCE: audience };
  if (given("JWT_PUBLIC_KEY") !== undefined || given("JWT_JWKS_URL") !== undefined) {
    const note = "Send a token of your own login: only it can sign what JWT_PUBLIC_KEY or JWT_JWKS_URL verifies.";
    return { settings, credential: { note } };
  }
  const secret = given("JWT_SECRET")?.trim() ?? randomBytes(32).toString("base64url");
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("demo")
    .setIssuer(issuer.trim())
    .setAudience(firstOf(audience))
    .setIssuedAt()
    .setExpirationTime(credentialLife)
    .sign(new TextEncoder().encode(secret));
  const note = `The token is valid for ${credentialLife}: sub "demo", roles ["admin"], signed with ${
    given("JWT_SECRET") === undefined ? "a secret of this start" : "your JWT_SECRET"
  }.`;
  return {
    settings: { ...settings, JWT_SECRET: secret },
    credential: { header: `Authorization: Bearer ${token}`, note },
  };
}

function demoOfKey(given: Given): Part {
  if (given("API_KEYS") !== undefined) {
    return { settings: {}, credential: { note: "Send a key of your API_KEYS: only its hash is known here." } };
  }
  const { key, entry } = makeApiKey("demo");
  const note = 'The key "demo" is made anew at each start (npm run doctor -- key <id> makes one to keep).';
  return { settings: { API_KEYS: entry }, credential: { header: `Authorization: Bearer ${key}`, note } };
}

/** Stands in for Cloudflare Access: publishes a key, and shows the header that Access would add. */
async function demoOfAccess(given: Given): Promise<Part> {
  const audience = given("ACCESS_AUDIENCE") ?? "demo";
  if (given("ACCESS_TEAM") !== undefined) {
    const note = "Only your team of Cloudflare Access can sign what this accepts.";
    return { settings: { ACCESS_AUDIENCE: audience }, credential: { note } };
  }
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "demo", alg: "RS256", use: "sig" }] });
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(keys);
  });
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  const team = `http://${host}:${typeof address === "object" && address !== null ? address.port : 0}`;
  const assertion = await new SignJWT({ email: "demo@example.com" })
    .setProtectedHeader({ alg: "RS256", kid: "demo" })
    .setSubject("demo")
    .setIssuer(team)
    .setAudience(firstOf(audience))
    .setIssuedAt()
    .setExpirationTime(credentialLife)
    .sign(privateKey);
  return {
    settings: { ACCESS_TEAM: team, ACCESS_AUDIENCE: audience },
    credential: {
      header: `Cf-Access-Jwt-Assertion: ${assertion}`,
      note: `Cloudflare Access adds this header by itself; here it is signed for "demo" and valid for ${credentialLife}.`,
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const firstOf = (list: string) => list.split(",", 1)[0]?.trim() ?? "";
