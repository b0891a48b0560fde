// Whether callers can be told apart: with keys that are published elsewhere, that they can be fetched as the service fetches them
// (one try, no redirect, three seconds, 64 KiB), and how many of them are of use.
import type { Platform } from "../../src/config/rules.ts";
import type { IdentitySettings } from "../../src/identity/identity.ts";
import { documentTimeoutMs } from "../../src/ground/fetch-json.ts";
import type { Fetch } from "../../src/ground/fetch-json.ts";
import { fetchKeySet } from "../../src/identity/key-set.ts";
import type { KeySetFault } from "../../src/identity/key-set.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { unreachable, watchFetch } from "./connection.ts";
import type { Finding } from "./findings.ts";

const check = "identity";

export type IdentityDeps = { fetch: Fetch; clock: Clock; platform: Platform };

export async function checkIdentity(identity: IdentitySettings, deps: IdentityDeps): Promise<Finding> {
  const known = (what: string): Finding => ({ level: "ok", check, what });
  switch (identity.mode) {
    case "public":
      return { level: "note", check, what: "AUTH_MODE is public: nobody says who they are" };
    case "key":
      return known(`${counted(identity.keys.size)} in API_KEYS`);
    case "access":
      return checkKeySet("ACCESS_TEAM", identity.jwksUrl, deps);
    case "session":
      return known("people log in at OIDC_ISSUER");
    case "jwt":
      switch (identity.key.type) {
        case "jwks":
          return checkKeySet("JWT_JWKS_URL", identity.key.url, deps);
        case "public":
          return known(`the key is configured, and verifies ${identity.key.key.algorithms.join(", ")}`);
        case "secret":
          return known("the shared secret is configured, and verifies HS256");
      }
  }
}

const counted = (count: number) => (count === 1 ? "1 key" : `${count} keys`);

/** `name`: the setting that leads there. */
export async function checkKeySet(
  name: string,
  url: string,
  { fetch, clock, platform }: IdentityDeps,
): Promise<Finding> {
  const watched = watchFetch(fetch);
  const fetched = await fetchKeySet(url, { fetch: watched.fetch, clock });
  if (fetched.ok) return { level: "ok", check, what: `${counted(fetched.value.length)} of use published at ${name}` };
  const { what, fix } =
    fetched.failure === "network"
      ? unreachable(watched.faultCode(), { where: name, platform })
      : faults[fetched.failure];
  return { level: "fail", check, what: `the keys at ${name} can't be had: ${what}`, fix };
}

const address = "check the address, name resolution and firewall";
const faults: Readonly<Record<Exclude<KeySetFault, "network">, { what: string; fix: string }>> = {
  timeout: { what: `no answer within ${documentTimeoutMs} ms`, fix: address },
  redirect: { what: "the address redirects, which is not followed", fix: "set the address it leads to" },
  status: { what: "the answer is an error", fix: address },
  too_large: { what: "the answer is larger than 64 KiB", fix: "set the address of the keys alone" },
  not_json: {
    what: "the answer is not JSON",
    fix: "set the address of the keys themselves (often …/.well-known/jwks.json)",
  },
  not_a_key_set: {
    what: "the answer has no list of keys",
    fix: "set the address of the keys, not of the issuer's description",
  },
  too_many_keys: { what: "there are too many keys", fix: "set the address of the keys of this issuer alone" },
  no_usable_key: {
    what: "none of them can be used",
    fix: "let the issuer sign with RS256, PS256, ES256, ES384 or EdDSA, and keys of a usual size",
  },
};
