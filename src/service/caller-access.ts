// What a caller may ask, told to the caller: the outcome of the policies on which every answer rests, as plain data. A page reads it to
// leave out the columns and filters that its caller does not have.
//
// Nothing is decided here: fields and meetings are those of the caller's scope, parameters those that a question within it may have.
import { fail, ok, type Result } from "../ground/errors.ts";
import type { Defer, Report } from "../ground/runtime.ts";
import type { AuthMode, Credentials } from "../identity/principal.ts";
import { clientOf } from "../limits/client.ts";
import type { Allowance, ClientLimiter } from "../limits/limiter.ts";
import type { Access, Scope } from "../policy/access.ts";
import type { Grant } from "../policy/grammar.ts";
import { availableFields } from "../policy/policies.ts";
import { isWithinReach, parametersFor } from "../policy/scope.ts";
import { resourceNames, resources } from "../resources/registry.ts";
import type { Visitors } from "./visitors.ts";

/**
 * `resource`: the word in policies. `path`: its first address within the caller's reach, below the app; `parameters` are those that the
 * caller may use there. `meetings`: at most 1,000, or as many as a policy lists.
 */
export type ResourceAccess = {
  resource: string;
  path: string;
  fields: readonly string[];
  meetings: "*" | readonly string[];
  parameters: readonly string[];
  /** Whether the address is a list, which can be exported. */
  exports: boolean;
};

/** Apps in the order of the configuration, resources in that of the registry. An app is there only where something of it is allowed. */
export type CallerAccess = {
  mode: AuthMode;
  apps: readonly { app: string; resources: readonly ResourceAccess[]; grants: readonly Grant[] }[];
};

type Settings = Readonly<{ authMode: AuthMode; apps: ReadonlyMap<string, string>; exposeMeta: boolean }>;

export function accessFor({ scopes, grants }: Pick<Access, "scopes" | "grants">, settings: Settings): CallerAccess {
  const apps = [...settings.apps].map(([app, id]) => ({
    app,
    resources: resourceNames.flatMap((name) => resourceAccess(name, scopes.get(id)?.get(name), settings)),
    grants: grants.get(id) ?? [],
  }));
  return {
    mode: settings.authMode,
    apps: apps.filter((one) => one.resources.length > 0 || one.grants.length > 0),
  };
}

function resourceAccess(name: string, scope: Scope | undefined, settings: Settings): ResourceAccess[] {
  const resource = resources.find((one) => one.name === name && scope && isWithinReach(one, scope));
  if (!scope || !resource) return [];
  const { fields, meetings } = scope;
  return [
    {
      resource: name,
      path: resource.path.replaceAll(/:(\w+)/g, "{$1}"),
      fields: fields === "*" ? availableFields(name, settings) : fields,
      meetings,
      parameters: parametersFor(resource, scope),
      exports: resource.shape === "list",
    },
  ];
}

export type AccessQuestion = { credentials: Credentials; address: string | undefined };

export type AnswerAccess = (
  caller: AccessQuestion,
  context: { report: Report; defer: Defer },
) => Promise<Result<{ access: CallerAccess; allowance: Allowance }>>;

/** Who asks, how often, and what that person may ask. */
export function createCallerAccess(
  settings: Settings,
  { visitors, requests }: { visitors: Visitors; requests: ClientLimiter },
): AnswerAccess {
  return async ({ credentials, address }, { report, defer }) => {
    const identified = await visitors.identify(credentials, { address, report, defer });
    if (!identified.ok) return identified;
    const { value: visitor } = identified;
    const allowance = await requests.takeBelowCeiling(visitor.client ?? clientOf(address));
    if (allowance.code === "rate_limited") return fail(allowance);
    return ok({ access: accessFor(visitor.access, settings), allowance });
  };
}
