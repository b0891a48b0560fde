// `npm run doctor -- explain`: what the policies make of a caller, app by app, and what would become of a question of theirs.
//
// It decides with the very functions the service decides with, and asks nobody. A caller's claims are taken as given: whether a
// token is good is no matter here.
import type { Config } from "../../src/config/config.ts";
import type { Failure } from "../../src/ground/errors.ts";
import { fail, type Result } from "../../src/ground/errors.ts";
import type { Claims, Principal } from "../../src/identity/principal.ts";
import type { Scope, ScopeFault } from "../../src/policy/access.ts";
import { explain, explainGrants, type Explanation, type Mismatch } from "../../src/policy/explain.ts";
import { grantNames } from "../../src/policy/grammar.ts";
import { isEverGranted } from "../../src/policy/policies.ts";
import { scopeQuery } from "../../src/policy/scope.ts";
import { callOf } from "../../src/resources/question.ts";
import { idNamesOf, readQuery } from "../../src/resources/read-query.ts";
import { fieldsOf, resourceNames, resources } from "../../src/resources/registry.ts";
import type { Resource, Values } from "../../src/resources/resource.ts";
import { upstreamAddress } from "../../src/upstream/address.ts";
import { EXIT_OK, EXIT_REFUSED, Refusal } from "./findings.ts";

export type ExplainOptions = {
  claims: string | undefined;
  subject: string | undefined;
  app: string | undefined;
  /** A word of policies; sessions unless given. */
  resource: string | undefined;
  query: string | undefined;
};

/** Prints, and gives the exit code: 0 where the caller is shown something of what was asked for. */
export function runExplain(config: Config, options: ExplainOptions, print: (line: string) => void): number {
  const principal = principalOf(config, options);
  print(`caller  AUTH_MODE ${config.authMode}; ${callerText(config, principal)}`);
  if (config.identity.mode === "key" && !config.identity.keys.has(principal.subject)) {
    print(`refused  401 unauthorized: API_KEYS has no such id; it has ${[...config.identity.keys.keys()].join(", ")}`);
    return EXIT_REFUSED;
  }

  const { apps } = config;
  const asked = askedApps(apps, options.app);
  const name = askedResource(options.resource);
  const all = explain(config.policies, principal, apps.values(), resourceNames);
  const refusal: Failure = {
    code: all.some(({ decision }) => decision.outcome === "allowed") ? "not_found" : "forbidden",
  };
  if (asked.length === 0) {
    const known = [...apps.keys()].join(", ");
    print(
      `\n${options.app ?? ""}  refused: ${refusalText(refusal)}\n  REALTIMEKIT_APPS has no such app; it has ${known}`,
    );
    return EXIT_REFUSED;
  }
  let isShown = false;
  for (const [alias, appId] of asked) {
    const ofApp = all.filter((one) => one.appId === appId);
    const explanation = ofApp.find(({ resource }) => resource === name);
    if (!explanation) continue;
    const isTheirs = ofApp.some(({ decision }) => decision.outcome === "allowed");
    const outcome = explainApp(config, explanation, {
      query: options.query,
      refusal: isTheirs ? { code: "forbidden" } : refusal,
    });
    print(`\n${alias}  ${outcome.isShown ? "allowed" : "refused"}: ${outcome.headline}`);
    for (const line of outcome.lines) print(`  ${line}`);
    const others = ofApp.filter(({ resource, decision }) => resource !== name && decision.outcome === "allowed");
    if (others.length > 0)
      print(`  also      ${others.map(({ resource }) => resource).join(", ")} (--resource <name>)`);
    for (const line of grantLines(config, principal, appId)) print(`  ${line}`);
    isShown ||= outcome.isShown;
  }
  return isShown ? EXIT_OK : EXIT_REFUSED;
}

/** What they may do with the app beyond looking; nothing where no policy grants anything. */
function grantLines({ policies }: Config, principal: Principal, appId: string): string[] {
  const { grants, by } = explainGrants(policies, principal, appId);
  if (!grantNames.some((grant) => isEverGranted(policies, grant))) return [];
  const why =
    by === undefined ? "no policy fits this app" : `by "${by.policy}" (${by.place}), the first that fits this app`;
  return [`grants    ${grants.length === 0 ? "none" : grants.join(", ")}, ${why}`];
}

/** As the mode would make it. Claims are looked at in `jwt` and `access` only. */
function principalOf({ authMode: mode }: Config, { claims, subject }: ExplainOptions): Principal {
  const expiresAt = Number.POSITIVE_INFINITY;
  switch (mode) {
    case "public":
      return { mode, issuer: mode, subject: "anyone", claims: {}, expiresAt };
    case "key":
      if (subject === undefined) throw new Refusal("--subject: is required with AUTH_MODE key (the id of an API key)");
      return { mode, issuer: mode, subject, claims: { sub: subject }, expiresAt };
    case "jwt":
    case "session":
    case "access": {
      if (claims === undefined)
        throw new Refusal(`--claims: is required with AUTH_MODE ${mode} (write '{"roles":[…]}')`);
      const given = parseClaims(claims);
      const sub = subject ?? given["sub"];
      const name = typeof sub === "string" ? sub : "somebody";
      return { mode, issuer: mode, subject: name, claims: { ...given, sub: name }, expiresAt };
    }
  }
}

/** The word of policies that is asked about. */
function askedResource(name = "sessions"): string {
  if (resourceNames.includes(name)) return name;
  throw new Refusal(`--resource: is none (write one of ${resourceNames.join(", ")})`);
}

/** Of `--claims`; throws a refusal where it is no JSON object. */
export function parseClaims(text: string): Claims {
  const isObject = (value: unknown): value is Claims =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new Refusal("--claims: is not a JSON object (write it in single quotes)");
}

function callerText({ authMode }: Config, { subject, claims }: Principal): string {
  if (authMode === "public") return "nobody says who they are, and claims are not looked at";
  if (authMode === "key") return `the API key ${subject}, whose only claim is sub`;
  const names = Object.keys(claims).join(", ");
  return `subject ${subject}, claims ${names}`;
}

function askedApps(apps: Config["apps"], app: string | undefined): [alias: string, appId: string][] {
  return app === undefined ? [...apps] : [...apps].filter(([alias, appId]) => alias === app || appId === app);
}

type Outcome = { isShown: boolean; headline: string; lines: string[] };

function explainApp(
  config: Config,
  { appId, resource, decision, passedOver }: Explanation,
  { query, refusal }: { query: string | undefined; refusal: Failure },
): Outcome {
  const before = passedOver.flatMap(({ policy, mismatches }) =>
    mismatches.map((one) => mismatchText(policy, one, resource)),
  );
  switch (decision.outcome) {
    case "undecided":
      return { isShown: false, headline: `${refusalText(refusal)}; no policy fits`, lines: before };
    case "refused": {
      const { policy, place, reason } = decision;
      const why = `decided by "${policy}"  ${place}: ${scopeTexts[reason]}`;
      return { isShown: false, headline: refusalText(refusal), lines: [...before, why] };
    }
    case "allowed": {
      const { policy, place, scope } = decision;
      const by = `by "${policy}" (${place})`;
      const seen = [
        `meetings  ${scope.meetings === "*" ? "every one" : scope.meetings.join(", ")}`,
        `fields    ${shownFields(resource, scope.fields, config).join(", ")}`,
        `budget    ${scope.budgetPercent ?? config.clientBudgetPercent} % of the upstream calls in a window, at most`,
      ];
      if (query === undefined) return { isShown: true, headline: by, lines: [...before, ...seen] };
      const question = upstreamQuestion(config, appId, listOf(resource), { query, scope });
      return question.ok
        ? { isShown: true, headline: by, lines: [...before, ...seen, `upstream  GET ${question.value}`] }
        : {
            isShown: false,
            headline: refusalText(question.failure),
            lines: [...before, `decided ${by}`, ...seen, ...adviceFor(question.failure, query, scope.meetings)],
          };
    }
  }
}

/** What to type to be shown something. */
function adviceFor(failure: Failure, query: string, meetings: "*" | readonly string[]): string[] {
  if (failure.code !== "meeting_required" || meetings === "*") return [];
  const [first = ""] = meetings;
  const asked = query.replace(/^\?/, "");
  return [`add one of them, for example: --query '${asked === "" ? "" : `${asked}&`}associated_id=${first}'`];
}

/** The list of a word of policies, else its first address. */
function listOf(name: string): Resource {
  const ofName = resources.filter((resource) => resource.name === name);
  const found = ofName.find(({ shape }) => shape === "list") ?? ofName[0];
  if (!found) throw new Refusal(`--resource: is none (write one of ${resourceNames.join(", ")})`);
  return found;
}

/** The address that would be asked, were there no page of it yet. Ids of the path stand as they are called. */
function upstreamQuestion(
  config: Config,
  appId: string,
  resource: Resource,
  { query, scope }: { query: string; scope: Scope },
): Result<string> {
  const read = readQuery(resource, query, Date.now());
  if (!read.ok) return read;
  const ids = Object.fromEntries(idNamesOf(resource).map((name) => [name, name]));
  const asked: Result<{ query: Values }> = scopeQuery(resource, { ids, query: read.value }, scope);
  if (!asked.ok) return asked;
  const { upstreamBaseUrl: baseUrl, accountId, upstreamFirstPage } = config;
  const call = callOf({ appId, path: resource.path, ids, query: asked.value.query }, upstreamFirstPage);
  const address = upstreamAddress({ baseUrl, accountId }, call);
  return address.ok ? address : fail({ code: "misconfigured" });
}

/** `meta` is never shown where it is not exposed. */
function shownFields(resource: string, fields: Scope["fields"], { exposeMeta }: Config): readonly string[] {
  return fieldsOf(resource).filter(
    (name) => (name !== "meta" || exposeMeta) && (fields === "*" || fields.includes(name)),
  );
}

function refusalText(failure: Failure): string {
  switch (failure.code) {
    case "invalid_query":
      return `400 invalid_query: ${failure.issues.map(({ message }) => message).join("; ")}`;
    case "meeting_required":
      return "400 meeting_required: several meetings are theirs, so associated_id has to name one";
    case "forbidden":
      return "403 forbidden";
    case "not_found":
      return "404 not_found";
    default:
      return failure.code;
  }
}

const mismatchText = (policy: string, { place, reason }: Mismatch, resource: string) =>
  `passed over "${policy}"  ${place}: ${reason === "resource.notListed" ? `${resource} are not listed` : mismatchTexts[reason]}`;

const mismatchTexts: Readonly<Record<Exclude<Mismatch["reason"], "resource.notListed">, string>> = {
  "app.notListed": "this app is not listed",
  "caller.unknown": "nobody says who they are in this mode",
  "claim.missing": "the caller has no such claim",
  "claim.wrongType": "the claim is of another type (texts, numbers and lists are never converted)",
  "claim.different": "the claim says something else",
};

const scopeTexts: Readonly<Record<ScopeFault, string>> = {
  "meetings.missing": "the caller has no such claim",
  "meetings.wrongType": "the claim is no list, or too long a one",
  "meetings.empty": "the claim is an empty list",
  "meetings.invalid": "the claim lists something that is no id of a meeting",
  "apps.missing": "the caller has no such claim",
  "apps.wrongType": "the claim is no list, or too long a one",
  "apps.empty": "the claim is an empty list",
  "apps.invalid": "the claim lists no app that REALTIMEKIT_APPS has",
};
