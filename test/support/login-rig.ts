// A service in this process whose people log in at a real OpenID provider. The service's clock is a test clock that starts now, because the
// provider's tokens are of today.
import type { LoginSettings } from "../../src/login/login.ts";
import { loginOf } from "../../src/entries/login.ts";
import { digest } from "../../src/entries/digest.ts";
import { createIdentity } from "../../src/identity/identity.ts";
import type { Logins } from "../../src/login/logins.ts";
import type { Fetch } from "../../src/ground/fetch-json.ts";
import type { OpenIdProvider, ProviderOptions } from "../../scripts/openid-provider.ts";
import { createTestService, requestTo, type TestService } from "./app.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { loginSettings } from "./login-settings.ts";
import { createPerson, startTestProvider, teacher, type Person } from "./openid-provider.ts";

export const publicUrl = "https://bff.example";
export const cookieName = "__Host-rtkbff";
export const loginPolicies = JSON.stringify({
  policies: [
    {
      name: "admin",
      when: { claim: "roles", includes: "admin" },
      apps: "*",
      meetings: "*",
      resources: "*",
      fields: "*",
    },
    {
      name: "teacher",
      when: { claim: "roles", includes: "teacher" },
      apps: ["support"],
      meetings: { fromClaim: "meetings" },
      resources: ["sessions"],
      fields: ["id", "associated_id", "status"],
    },
  ],
});

export type LoginRig = {
  service: TestService;
  clock: TestClock;
  /** What was asked of the provider by the service, in order. */
  fetched: readonly string[];
  /** From now on the service gets this from the provider; undefined for the provider itself. */
  answer(how: Fetch | undefined): void;
  person(): Person;
};

export type LoginRigOptions = {
  provider: OpenIdProvider;
  settings?: Readonly<Record<string, string>>;
  makeLogins?: (clock: TestClock) => Logins;
  url?: string;
};

/** `settings`: over those of the rig. */
export function createLoginRig({ provider, settings, makeLogins, url = publicUrl }: LoginRigOptions): LoginRig {
  const clock = createTestClock(Date.now());
  const logins = makeLogins?.(clock);
  const fetched: string[] = [];
  let answering: Fetch | undefined;
  const fetchFrom: Fetch = (address, init) => {
    fetched.push(address);
    return (answering ?? fetch)(address, init);
  };
  const all = { ...loginSettings(provider, url), POLICIES: loginPolicies, ...settings };
  const { config } = createTestService({ settings: all });
  const deps = { fetch: fetchFrom, clock, digest, logins };
  const service = createTestService({
    settings: all,
    services: { clock, identity: createIdentity(config.identity, deps), login: loginOf(config, deps) },
  });
  return {
    service,
    clock,
    fetched,
    answer: (how) => void (answering = how),
    person: () =>
      createPerson((origin) =>
        origin === url
          ? async (address, init) => service.app.fetch(requestTo(address.slice(url.length), init))
          : undefined,
      ),
  };
}

export const startRigProvider = (options: Partial<ProviderOptions> = {}) =>
  startTestProvider({ publicUrls: [publicUrl, "http://127.0.0.1:8787"], ...options });

export { teacher };
export type { LoginSettings };
