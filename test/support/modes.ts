// A deployment in each mode, with one caller who may see everything of the first app, and the one place where that caller says so.
import type { AuthMode } from "../../src/identity/principal.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { createDeployment, own } from "./actors.ts";
import type { Deployment } from "./actors.ts";
import { keyed, policiesOf, serverKey, signed, tokenOf } from "./callers.ts";
import type { PolicyOver } from "./callers.ts";
import { createTestClock } from "./clock.ts";
import { forgeToken, goodClaims, pairOf, signWith } from "./tokens.ts";

export type Mode = {
  mode: AuthMode;
  /** The request header that identifies, where one does, and what the caller has in it. */
  field: string | undefined;
  value: string;
  /** What the caller's proof is, without a scheme before it. */
  proof: string;
  /** A deployment of this mode with one policy. */
  settings(over: PolicyOver): Record<string, string>;
  /** Whoever publishes the keys of its tokens, where somebody has to. */
  keys?: Fetch;
  open(): Deployment;
};

const now = createTestClock().now();
const token = await tokenOf({}, now);
const everything = { apps: [own.alias] };

const pair = pairOf("rsa");
const audience = "f".repeat(64);
const assertion = forgeToken(
  { alg: "RS256", kid: "one" },
  { ...goodClaims(now), iss: "https://team.cloudflareaccess.com", aud: [audience] },
  signWith("RS256", pair.privateKey),
);
const teamKeys: Fetch = async () => Response.json({ keys: [{ ...pair.jwk, kid: "one" }] });
const access = (over: PolicyOver) => ({
  AUTH_MODE: "access",
  ACCESS_TEAM: "team",
  ACCESS_AUDIENCE: audience,
  POLICIES: policiesOf(over),
});

const nobody = (over: PolicyOver) => ({
  AUTH_MODE: "public",
  POLICIES: policiesOf({ when: "anyone", fields: ["id", "status"], ...over }),
});

export const modes: readonly Mode[] = [
  {
    mode: "jwt",
    field: "authorization",
    value: `Bearer ${token}`,
    proof: token,
    settings: (over) => signed(over),
    open: () => createDeployment(signed(everything)),
  },
  {
    mode: "key",
    field: "authorization",
    value: `Bearer ${serverKey}`,
    proof: serverKey,
    settings: keyed,
    open: () => createDeployment(keyed(everything)),
  },
  {
    mode: "access",
    field: "cf-access-jwt-assertion",
    value: assertion,
    proof: assertion,
    settings: access,
    keys: teamKeys,
    open: () => createDeployment(access(everything), { keys: teamKeys }),
  },
  {
    mode: "public",
    field: undefined,
    value: "",
    proof: "",
    settings: nobody,
    open: () => createDeployment(nobody(everything)),
  },
];

/** Those in which somebody has to say who they are. */
export const closedModes = modes.filter(({ mode }) => mode !== "public");

export const headersOf = ({ field, value }: Mode): Record<string, string> =>
  field === undefined ? {} : { [field]: value };
