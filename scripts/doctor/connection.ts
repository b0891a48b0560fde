// Why somebody can't be reached, by the code that Node gives the fault, and what to do about it.
import type { Platform } from "../../src/config/rules.ts";
import type { Fetch } from "../../src/upstream/client.ts";

export type WatchedFetch = {
  fetch: Fetch;
  /** The code of the last fault, such as `ECONNREFUSED`. */
  faultCode(): string | undefined;
};

/** The same fetch, and why it failed: a fetch's own message says only that it did. */
export function watchFetch(fetch: Fetch): WatchedFetch {
  let code: string | undefined;
  return {
    async fetch(url, init) {
      try {
        return await fetch(url, init);
      } catch (error) {
        code = codeIn(error);
        throw error;
      }
    },
    faultCode: () => code,
  };
}

function codeIn(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 3) return undefined;
  if ("code" in error && typeof error.code === "string" && /^[A-Z_]{3,64}$/.test(error.code)) return error.code;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return codeIn(inner, depth + 1);
}

const unknownAuthority = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/** `where`: the setting with the address. */
export function unreachable(
  code: string | undefined,
  { where, platform }: { where: string; platform: Platform },
): { what: string; fix: string } {
  const known = code?.toUpperCase() ?? "";
  const told = (reason: string, fix: string) => ({ what: `no connection (${code ?? ""}): ${reason}`, fix });
  if (unknownAuthority.includes(known)) {
    return told(
      "its certificate is of an authority that is not known here",
      platform === "node"
        ? "set NODE_EXTRA_CA_CERTS=/path/to/authority.pem, here and where the service runs"
        : "use a certificate of a public authority, because a Worker takes no other; to go on here, set NODE_EXTRA_CA_CERTS=/path/to/authority.pem",
    );
  }
  switch (known) {
    case "CERT_HAS_EXPIRED":
      return told("its certificate has expired", "renew the certificate");
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return told("its certificate is for another name", `write the certificate's name in ${where}`);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return told("nobody knows this host name", `check the host in ${where}, and name resolution (DNS)`);
    case "ECONNREFUSED":
      return told("nobody listens there", `check host and port in ${where}, and that it runs`);
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return told("it does not speak TLS", `check the scheme and the port in ${where}`);
    default:
      return {
        what: code === undefined ? "no connection" : `no connection (${code})`,
        fix: `check the address in ${where}, name resolution, firewall and proxy`,
      };
  }
}
