// A login for benches: keys of every kind, published at an address that counts how often it is asked, and tokens signed with them.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK } from "jose";
import { freePort } from "./process.ts";

export type SigningAlgorithm = "RS256" | "ES256" | "HS256";

export const jwtSecret = "a-shared-secret-of-a-bench-0123456789abcdef";
const issuer = "https://login.example/";
const audience = "sessions";

export type Login = {
  /** Settings under which its tokens are good: fetched keys, or the shared secret. */
  settings: { jwks: Record<string, string>; secret: Record<string, string> };
  fetches(): number;
  /** `kid` is that of the key unless given. */
  sign(algorithm: SigningAlgorithm, claims: Readonly<Record<string, unknown>>, kid?: string): Promise<string>;
  close(): Promise<void>;
};

export async function openLogin(): Promise<Login> {
  const keys = new Map<SigningAlgorithm, CryptoKey | Uint8Array>([["HS256", new TextEncoder().encode(jwtSecret)]]);
  const published: JWK[] = [];
  for (const algorithm of ["RS256", "ES256"] as const) {
    const { publicKey, privateKey } = await generateKeyPair(algorithm);
    keys.set(algorithm, privateKey);
    published.push({ ...(await exportJWK(publicKey)), kid: algorithm, alg: algorithm, use: "sig" });
  }
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: published }));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const jwt = { AUTH_MODE: "jwt", JWT_ISSUER: issuer, JWT_AUDIENCE: audience };
  return {
    settings: {
      jwks: { ...jwt, JWT_JWKS_URL: `http://127.0.0.1:${port}/keys` },
      secret: { ...jwt, JWT_SECRET: jwtSecret },
    },
    fetches: () => fetches,
    async sign(algorithm, claims, kid = algorithm) {
      const key = keys.get(algorithm);
      if (!key) throw new Error(`no key for ${algorithm}`);
      return new SignJWT({ sub: "user-1", ...claims })
        .setProtectedHeader({ alg: algorithm, kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(key);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
