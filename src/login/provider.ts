// The OpenID provider: what it says of itself (OpenID Connect Discovery 1.0), and the keys its ID tokens are signed with.
//
// The same patience as with the keys of tokens: fetched when somebody logs in, fresh for ten minutes, then refreshed behind the next login;
// a failure is not tried again for 30 s; the last good document serves for a day. Its keys are a source of their own, so one that is
// down can't take away what the other has. Without a document nobody can log in, and whoever is logged in stays so.
import * as z from "zod";
import { fail, ok, type Result } from "../ground/errors.ts";
import { documentTimeoutMs, fetchJson, type FetchDeps } from "../ground/fetch-json.ts";
import { createRefreshed } from "../ground/refreshed.ts";
import { createJwtVerifier } from "../identity/jwt.ts";
import { createFetchedKeys } from "../identity/key-source.ts";
import { publicAlgorithms } from "../identity/signing-key.ts";
import type { Context, Verifier } from "../identity/verifier.ts";

const methods = ["client_secret_basic", "client_secret_post"] as const;
export type ClientMethod = (typeof methods)[number];

/** As far as it is used. `endSession`: undefined where the provider has no logout of its own. */
export type ProviderDocument = {
  issuer: string;
  authorization: string;
  token: string;
  keys: string;
  endSession: string | undefined;
  /** How the client proves itself to it. */
  method: ClientMethod;
  /** Whether every answer of it must name it (RFC 9207 section 2.4). */
  namesItself: boolean;
};

/** Verify its ID tokens and logout tokens: signature, issuer, audience and times. */
export type Provider = { document: ProviderDocument; idTokens: Verifier; logoutTokens: Verifier };

export type ProviderSource = {
  /** Fails with the seconds to wait. Never rejects. */
  get(context: Context): Promise<Result<Provider, number>>;
};

const freshMs = 10 * 60_000;
const keptMs = 24 * 60 * 60_000;
const coolDownMs = 30_000;

/** `clientId`: the audience of its ID tokens. */
export function createProvider(
  { issuer, clientId }: { issuer: string; clientId: string },
  deps: FetchDeps,
): ProviderSource {
  const { clock } = deps;
  const kept = createRefreshed<Provider, Context>(
    async ({ report }, previous) => {
      const found = await fetchDocument(issuer, deps);
      if (!found.ok) {
        report({ type: "login.providerFailed", reason: found.failure });
        return found;
      }
      report({ type: "login.providerFetched" });
      const document = found.value;
      const isSameKeys = previous?.document.keys === document.keys;
      return ok({ ...(isSameKeys ? previous : verifiersOf(document)), document });
    },
    { clock, loadMsMax: documentTimeoutMs },
  );

  function verifiersOf({ keys: url }: ProviderDocument): Omit<Provider, "document"> {
    const keys = createFetchedKeys(url, deps);
    const rules = {
      mode: "session",
      issuer,
      audiences: [clientId],
      algorithms: publicAlgorithms,
      hasServiceTokens: false,
    } as const;
    const ofLogout = { ...rules, type: /^(?:application\/)?(?:logout\+)?jwt$/i, standIn: "sid" };
    return {
      idTokens: createJwtVerifier({ rules, keys, clock }),
      logoutTokens: createJwtVerifier({ rules: ofLogout, keys, clock }),
    };
  }

  const usable = () => (kept.ageMs() < keptMs ? kept.value() : undefined);

  return {
    async get(context) {
      const known = usable();
      const isTriable = () => kept.failedAgoMs() >= coolDownMs;
      if (known) {
        if (kept.ageMs() >= freshMs && isTriable() && !kept.isFetching()) void kept.fetch(context);
        return ok(known);
      }
      if (kept.isFetching()) await kept.otherFetch();
      else if (isTriable()) await kept.fetch(context);
      const found = usable();
      return found ? ok(found) : fail(Math.max(1, Math.ceil((coolDownMs - kept.failedAgoMs()) / 1000)));
    },
  };
}

const address = z.string().max(2_048);
const Document = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  end_session_endpoint: address.optional().catch(undefined),
  token_endpoint_auth_methods_supported: z.array(z.unknown()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional().catch(undefined),
});

export type ProviderFault = Extract<Awaited<ReturnType<typeof fetchJson>>, { ok: false }>["failure"] | DocumentFault;
type DocumentFault = "not_a_provider" | "other_issuer" | "insecure_address" | "client_method";

/** Asked where OpenID Connect Discovery 1.0 section 4 says. Never rejects. */
export async function fetchDocument(issuer: string, deps: FetchDeps): Promise<Result<ProviderDocument, ProviderFault>> {
  const fetched = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, deps);
  return fetched.ok ? readDocument(fetched.value, issuer) : fetched;
}

function readDocument(value: unknown, issuer: string): Result<ProviderDocument, DocumentFault> {
  const read = Document.safeParse(value);
  if (!read.success) return fail("not_a_provider");
  const { issuer: own, authorization_endpoint, token_endpoint, jwks_uri, end_session_endpoint } = read.data;
  if (own !== issuer) return fail("other_issuer");
  // What an https provider names is https too; one on loopback may be plain.
  const isPlain = issuer.startsWith("http:");
  const isSecure = (text: string) =>
    URL.canParse(text) && (new URL(text).protocol === "https:" || (isPlain && new URL(text).protocol === "http:"));
  if (![authorization_endpoint, token_endpoint, jwks_uri].every(isSecure)) return fail("insecure_address");
  // Left out, it means Basic alone (OpenID Connect Discovery 1.0 section 3).
  const offered = read.data.token_endpoint_auth_methods_supported ?? [methods[0]];
  const method = methods.find((name) => offered.includes(name));
  if (!method) return fail("client_method");
  return ok({
    issuer,
    authorization: authorization_endpoint,
    token: token_endpoint,
    keys: jwks_uri,
    endSession: end_session_endpoint !== undefined && isSecure(end_session_endpoint) ? end_session_endpoint : undefined,
    method,
    namesItself: read.data.authorization_response_iss_parameter_supported === true,
  });
}
