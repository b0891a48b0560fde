// Policies for a service in front of the simulator, where nothing is secret: everybody sees every app and every field.
import { fieldsOf, resourceNames } from "../src/resources/registry.ts";

/** `POLICIES` for AUTH_MODE public, which wants apps, resources and fields one by one. `meta` shows only where EXPOSE_META is set. */
export function openPolicies(aliases: readonly string[], { exposeMeta = false } = {}): string {
  const fields = Object.fromEntries(
    resourceNames.map((name) => [name, fieldsOf(name).filter((field) => field !== "meta" || exposeMeta)]),
  );
  const what = { apps: aliases, meetings: "*", resources: resourceNames, fields };
  return JSON.stringify({ policies: [{ name: "everybody", when: "anyone", ...what }] });
}
