// Whether people can log in: that the provider's discovery document can be had and fits, and what has to be registered there. One try, as
// the service fetches it; nobody is sent anywhere, and no secret is shown to the provider.
import type { Platform } from "../../src/config/rules.ts";
import type { Config } from "../../src/config/config.ts";
import { documentTimeoutMs } from "../../src/ground/fetch-json.ts";
import type { Fetch } from "../../src/ground/fetch-json.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { callbackPath } from "../../src/login/login.ts";
import { fetchDocument, type ProviderFault } from "../../src/login/provider.ts";
import { unreachable, watchFetch } from "./connection.ts";
import type { Finding } from "./findings.ts";
import { checkKeySet } from "./identity-keys.ts";

export type LoginCheckDeps = { fetch: Fetch; clock: Clock; platform: Platform };

export async function checkLogin(
  { publicUrl, issuer, origins, store }: NonNullable<Config["login"]>,
  deps: LoginCheckDeps,
): Promise<readonly Finding[]> {
  const check = "OIDC_ISSUER";
  const watched = watchFetch(deps.fetch);
  const fetched = await fetchDocument(issuer, { ...deps, fetch: watched.fetch });
  const registered: Finding[] = [
    {
      level: "note",
      check: "PUBLIC_URL",
      what: `register at the provider as redirect URI: ${publicUrl}${callbackPath}`,
    },
    { level: "note", check: "PUBLIC_URL", what: `and as post-logout redirect URI: ${publicUrl}/` },
    {
      level: "ok",
      check: "ALLOWED_ORIGINS",
      what: `${origins.length === 1 ? "1 origin is" : `${origins.length} origins are`} of one site with PUBLIC_URL, beside its own`,
    },
    store === undefined
      ? {
          level: "note",
          check: "SESSION_STORE",
          what: "is not set: a logout takes the cookie from the browser, and a copy of it lasts until its end",
        }
      : { level: "ok", check: "SESSION_STORE", what: "logins are recorded, and can be ended everywhere" },
  ];
  if (!fetched.ok) {
    const { what, fix } =
      fetched.failure === "network"
        ? unreachable(watched.faultCode(), { where: check, platform: deps.platform })
        : faults[fetched.failure];
    return [{ level: "fail", check, what: `its discovery document can't be had: ${what}`, fix }, ...registered];
  }
  const { endSession, namesItself, keys } = fetched.value;
  return [
    { level: "ok", check, what: "its discovery document is there, and is of this issuer" },
    await checkKeySet(check, keys, deps),
    endSession === undefined
      ? { level: "note", check, what: "has no logout of its own: who logs out here stays logged in there" }
      : { level: "ok", check, what: "has a logout of its own, where people are sent" },
    ...(namesItself
      ? []
      : [
          {
            level: "note",
            check,
            what: "does not name itself in its answers (RFC 9207): use a client of its own for this service, and no other provider with it",
          } as const,
        ]),
    ...registered,
  ];
}

const address = "check the address, name resolution and firewall";
const faults: Readonly<Record<Exclude<ProviderFault, "network">, { what: string; fix: string }>> = {
  timeout: { what: `no answer within ${documentTimeoutMs} ms`, fix: address },
  redirect: { what: "the address redirects, which is not followed", fix: "set the issuer it leads to" },
  status: { what: "the answer is an error", fix: "set the issuer itself, without /.well-known and what follows" },
  too_large: { what: "the answer is larger than 64 KiB", fix: "set the issuer of an OpenID provider" },
  not_json: { what: "the answer is not JSON", fix: "set the issuer itself, without /.well-known and what follows" },
  not_a_provider: {
    what: "the answer describes no OpenID provider with a code flow",
    fix: "set the issuer of an OpenID provider",
  },
  other_issuer: {
    what: "it is of another issuer",
    fix: "write OIDC_ISSUER letter by letter as `issuer` has it there; a slash at the end counts",
  },
  insecure_address: { what: "it names an address without https", fix: "let the provider publish https addresses" },
  client_method: {
    what: "the provider takes a client's secret neither as Basic nor in the form",
    fix: "allow client_secret_basic for this client",
  },
};
