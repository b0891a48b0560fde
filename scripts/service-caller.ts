// A caller of a running service: where it is, and what a script shows it to be let in. No credential goes anywhere else.
import { isLoopback } from "../src/upstream/address.ts";
import { Refusal } from "./doctor/findings.ts";

/** The origin that `--url` names. Throws a refusal for anything else. */
export function originOf(text: string | undefined): string {
  if (text === undefined) throw new Refusal("--url: is required (write https://<host> of the service)");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (
    !url ||
    !isSecure ||
    url.username !== "" ||
    url.password !== "" ||
    `${url.pathname}${url.search}${url.hash}` !== "/"
  ) {
    throw new Refusal("--url: is not usable (write https://<host>, or http on loopback, without a path)");
  }
  return url.origin;
}

/**
 * The headers that identify: an API key or a token, and behind Cloudflare Access a service token, which Access takes by two headers of its
 * own. Empty where nothing is set. Throws a refusal for what can't be sent.
 */
export function credentialsOf(given: string | undefined, environment: NodeJS.ProcessEnv): Record<string, string> {
  const token = given ?? environment["RTKB_TOKEN"] ?? "";
  const [id, secret] = [environment["CF_ACCESS_CLIENT_ID"] ?? "", environment["CF_ACCESS_CLIENT_SECRET"] ?? ""];
  const byAccess = id !== "" && secret !== "";
  if (![token, id, secret].every((text) => /^[\x21-\x7e]*$/.test(text))) {
    throw new Refusal("the credential can't be sent (set it again, without a space or a line break)");
  }
  return {
    ...(token !== "" && { authorization: `Bearer ${token}` }),
    ...(byAccess && { "cf-access-client-id": id, "cf-access-client-secret": secret }),
  };
}
