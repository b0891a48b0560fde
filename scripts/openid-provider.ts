// A real OpenID provider (npm oidc-provider) with users of ours, for the demo and the tests: it listens on loopback, keeps everything in
// memory, and asks for a name and a password on one plain form. What a user's ID token says is given with the user.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Provider, type Configuration } from "oidc-provider";

export type User = { name: string; password: string; claims: Readonly<Record<string, unknown>> };

export type ProviderOptions = {
  users: readonly User[];
  /** Origins of the services that people log in to; one client for all. */
  publicUrls: readonly string[];
  /** Where the provider tells of a logout, if anywhere. */
  backchannelUrl?: string;
  /** 0, unless given, takes any free port. */
  port?: number;
  /** Over those of this file. */
  configuration?: Configuration;
  /** Asked first; true where it has answered. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
};

export type OpenIdProvider = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  close(): Promise<void>;
};

const host = "127.0.0.1";
const interactionPath = /^\/interaction\/([\w-]{1,64})$/;

export async function startProvider(options: ProviderOptions): Promise<OpenIdProvider> {
  const { users, publicUrls, backchannelUrl, port = 0, configuration, intercept = () => false } = options;
  const clientId = "realtimekit-bff";
  const clientSecret = randomBytes(32).toString("base64url");
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const issuer = `http://${host}:${typeof address === "object" && address !== null ? address.port : port}`;
  const names = [...new Set(users.flatMap(({ claims }) => Object.keys(claims)))];
  const key = {
    ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
    use: "sig",
  };

  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: publicUrls.map((url) => `${url}/auth/callback`),
        post_logout_redirect_uris: publicUrls.map((url) => `${url}/`),
        response_types: ["code"],
        grant_types: ["authorization_code"],
        ...(backchannelUrl !== undefined && {
          backchannel_logout_uri: backchannelUrl,
          backchannel_logout_session_required: true,
        }),
      },
    ],
    jwks: { keys: [{ ...key, kid: randomBytes(6).toString("hex") }] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 86_400, IdToken: 600, Interaction: 600, Session: 86_400 },
    cookies: { keys: [randomBytes(32).toString("hex")] },
    claims: { openid: ["sub", ...names] },
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      // Whoever logs out of the service has said so once already.
      rpInitiatedLogout: {
        logoutSource(ctx, form) {
          ctx.type = "html";
          ctx.body = `<!doctype html><title>Logging out</title>${form}<button form="op.logoutForm" name="logout" value="yes">Log out</button>`;
        },
      },
    },
    // Of itself it posts to no address of loopback, where the service is.
    fetch: (url, init = {}) => {
      const { method, headers, body, signal } = init;
      return fetch(url, { method, headers, body, signal } as RequestInit);
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => {
      const user = users.find(({ name }) => name === sub);
      return user && { accountId: sub, claims: () => ({ sub, ...user.claims }) };
    },
    // Nobody is asked whether the service may know who they are.
    async loadExistingGrant({ oidc }) {
      const { client, session } = oidc;
      if (!client || session?.accountId === undefined) return undefined;
      const known = session.grantIdFor(client.clientId);
      if (known !== undefined) return provider.Grant.find(known);
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
    ...configuration,
  });
  const callback = provider.callback();

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const html = { "content-type": "text/html; charset=utf-8" };
    if (request.method !== "POST") {
      await provider.interactionDetails(request, response);
      response.writeHead(200, html).end(loginForm(""));
      return;
    }
    const form = new URLSearchParams(await textOf(request));
    const user = users.find(({ name, password }) => name === form.get("name") && password === form.get("password"));
    if (!user) {
      response.writeHead(401, html).end(loginForm("Wrong name or password."));
      return;
    }
    await provider.interactionFinished(request, response, { login: { accountId: user.name } });
  }

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (intercept(request, response)) return;
    if (!interactionPath.test(request.url ?? "")) return void callback(request, response);
    interact(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(400, { "content-type": "text/plain" });
      response.end("This login has ended. Begin again.");
    });
  });

  return {
    issuer,
    clientId,
    clientSecret,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const loginForm = (message: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Log in</title>
<h1>Log in</h1>
<p>${message}</p>
<form method="post">
<p><label>Name <input name="name" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Log in</button></p>
</form>
</html>
`;

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += String(piece);
  return text;
}
