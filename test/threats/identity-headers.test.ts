// What of a request can say who somebody is: one field for each mode, and nothing else.
import { describe, expect, it } from "vitest";
import type { IdentitySettings } from "../../src/identity/identity.ts";
import type { Credentials } from "../../src/identity/principal.ts";
import { createIdentityRig, jwksSettings, mayCheck } from "../support/identity-rig.ts";
import { apiKeyOf, audience, forgeToken, goodClaims, issuer, pairOf, signWith } from "../support/tokens.ts";

const unauthorized = { ok: false, failure: { code: "unauthorized" } };
const access: IdentitySettings = {
  mode: "access",
  issuer,
  audiences: [audience],
  jwksUrl: "https://team.cloudflareaccess.com/certs",
};
const key = apiKeyOf("ssr");
const keys: IdentitySettings = { mode: "key", keys: new Map([["ssr", key.hash]]) };

function open(settings: IdentitySettings) {
  const rig = createIdentityRig(settings);
  rig.issuer.publish({ ...pairOf("rsa").jwk, kid: "one" });
  const token = forgeToken(
    { alg: "RS256", kid: "one" },
    goodClaims(rig.clock.now()),
    signWith("RS256", pairOf("rsa").privateKey),
  );
  const report = (event: (typeof rig.events)[number]) => void rig.events.push(event);
  const context = { report, defer: () => {}, mayCheck };
  const identify = (credentials: Credentials) => rig.identity.identify(credentials, context);
  return { ...rig, token, identify };
}

describe("behind Access", () => {
  it("row 27: whoever comes around it, without the assertion, is nobody", async () => {
    const { identify, identity, reasons, token, issuer: issuerOfRig } = open(access);
    for (const accessAssertion of [
      undefined,
      "",
      "yes",
      "true",
      "Bearer x",
      `Bearer ${token}`,
      `${token}, ${token}`,
      `${token}; a=b`,
    ]) {
      expect(await identify({ authorization: undefined, accessAssertion })).toEqual(unauthorized);
      expect(identity.recall({ authorization: undefined, accessAssertion })).toBeUndefined();
    }
    expect(new Set(reasons())).toEqual(new Set(["no_token", "malformed"]));
    expect(issuerOfRig.asked).toHaveLength(0);
    expect(await identify({ authorization: undefined, accessAssertion: token })).toMatchObject({ ok: true });
  });

  it("row 27: an assertion of another team or another application is nobody's", async () => {
    const { identify, clock } = open(access);
    for (const odd of [{ iss: "https://other.cloudflareaccess.com" }, { aud: ["another-application"] }]) {
      const forged = forgeToken(
        { alg: "RS256", kid: "one" },
        { ...goodClaims(clock.now()), ...odd },
        signWith("RS256", pairOf("rsa").privateKey),
      );
      expect(await identify({ authorization: undefined, accessAssertion: forged })).toEqual(unauthorized);
    }
  });
});

describe.each([
  ["access", access, "accessAssertion"],
  ["jwt", jwksSettings, "authorization"],
  ["key", keys, "authorization"],
] as const)("in mode %s", (mode, settings, field) => {
  it("row 28: one field is looked at, and a good token in any other is of no use", async () => {
    const { identify, identity, token } = open(settings);
    const shown = mode === "key" ? key.key : token;
    const read = new Set<PropertyKey>();
    const watched = (credentials: Credentials) =>
      new Proxy(credentials, {
        get(target, name) {
          read.add(name);
          return Reflect.get(target, name);
        },
      });
    const right = {
      authorization: undefined,
      accessAssertion: undefined,
      [field]: field === "authorization" ? `Bearer ${shown}` : shown,
    };
    expect(await identify(watched(right))).toMatchObject({ ok: true });
    expect(identity.recall(watched(right))).toBeDefined();
    expect([...read]).toEqual([field]);

    const elsewhere = {
      authorization: field === "authorization" ? undefined : `Bearer ${shown}`,
      accessAssertion: field === "authorization" ? shown : undefined,
      cookie: `CF_Authorization=${shown}`,
      "cf-access-authenticated-user-email": "admin@example.com",
      "cf-access-client-id": "admin.access",
      "x-forwarded-user": "admin",
    };
    expect(await identify(elsewhere)).toEqual(unauthorized);
    expect(identity.recall(elsewhere)).toBeUndefined();
  });
});
