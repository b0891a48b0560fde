// The cookie of whoever logged in: what is sealed in it, and whom it lets in.
//
// It says all that a policy may read, so that a request needs no look elsewhere; it ends at a fixed time, and using it does not prolong it.
// One that was sealed with the same key by another deployment opens and is still refused: it names the one it is for.
// Where logins are recorded, one that was ended lets nobody in: its record is looked at again every five seconds, and while the records
// can't be read whoever was there within a minute stays in.
import * as z from "zod";
import { createBoundedMap } from "../ground/bounded-map.ts";
import { fail, ok } from "../ground/errors.ts";
import type { Clock } from "../ground/runtime.ts";
import { isRecord } from "../ground/plain-data.ts";
import type { Claims, Principal } from "./principal.ts";
import { unseal, type SealKeys } from "./seal.ts";
import { refused } from "./verifier.ts";
import type { Verdict, Verifier } from "./verifier.ts";

/** Where logins are recorded. */
export type LiveLogins = {
  /** Whether it is recorded and not ended; undefined where nobody can say. Never rejects. */
  isLive(id: string): Promise<boolean | undefined>;
};

/** `until`: epoch milliseconds. `sid`: the provider's name of its own, for its logout. */
export const LoginCookie = z.strictObject({
  deployment: z.string(),
  id: z.string(),
  subject: z.string(),
  claims: z.custom<Claims>(isRecord),
  until: z.number(),
  sid: z.string().optional(),
});
export type LoginCookie = z.infer<typeof LoginCookie>;

/** Names a deployment in what it seals: 96 bits of a digest of its address, its provider and its client. */
export const deploymentName = (
  { publicUrl, issuer, clientId }: { publicUrl: string; issuer: string; clientId: string },
  digest: (text: string) => string,
): string => digest(JSON.stringify([publicUrl, issuer, clientId])).slice(0, 16);

export type LoginCookieRules = {
  issuer: string;
  /** What `deploymentName` made, as it stands in cookies. */
  deployment: string;
  keys: SealKeys;
};

/** The content of a cookie of this deployment, whether or not it has ended. Never rejects. */
export async function openLoginCookie(
  text: string,
  { deployment, keys }: LoginCookieRules,
): Promise<LoginCookie | undefined> {
  const read = LoginCookie.safeParse(await unseal(text, "rtkbff-login", keys));
  return read.success && read.data.deployment === deployment ? read.data : undefined;
}

/** The compact form of a JWE without an encrypted key, as `dir` has it. */
const sealedPattern = /^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const lookAgainMs = 5_000;
const believedMs = 60_000;
const retryAfterSeconds = 5;
const rememberedMax = 10_000;

export function createLoginVerifier(
  rules: LoginCookieRules,
  { clock, logins }: { clock: Pick<Clock, "now">; logins: LiveLogins | undefined },
): Verifier {
  const idOf = new WeakMap<Principal, string>();
  const seenLiveAt = createBoundedMap<string, number>({ entriesMax: rememberedMax });
  const isWithin = (id: string, ms: number) => {
    const at = seenLiveAt.get(id);
    return at !== undefined && Math.abs(clock.now() - at) < ms;
  };

  async function check(text: string): Promise<Verdict> {
    const login = await openLoginCookie(text, rules);
    if (!login) return refused("sealed");
    if (login.until <= clock.now()) return refused("expired");
    if (logins) {
      const isLive = await logins.isLive(login.id);
      if (isLive === false) {
        seenLiveAt.delete(login.id);
        return refused("ended");
      }
      if (isLive) seenLiveAt.set(login.id, clock.now());
      else if (!isWithin(login.id, believedMs)) return { state: "unavailable", retryAfterSeconds };
    }
    const { subject, claims, until } = login;
    const principal: Principal = { mode: "session", issuer: rules.issuer, subject, claims, expiresAt: until };
    idOf.set(principal, login.id);
    return { state: "verified", verified: { principal, key: undefined } };
  }

  return {
    read: (text) => (sealedPattern.test(text) ? ok(() => check(text)) : fail("malformed")),
    upholds({ principal }) {
      if (!logins) return true;
      const id = idOf.get(principal);
      return id !== undefined && isWithin(id, lookAgainMs);
    },
    refresh: async () => {},
  };
}
