// Policies for a service in front of the simulator, where nothing is secret: everybody sees every app and every field.
import { SESSION_FIELDS } from "../src/sessions/view.ts";

/** `POLICIES` for AUTH_MODE public, which wants apps and fields one by one. `meta` shows only where EXPOSE_META is set. */
export function openPolicies(aliases: readonly string[], { exposeMeta = false } = {}): string {
  const fields = SESSION_FIELDS.filter((field) => field !== "meta" || exposeMeta);
  const everybody = { name: "everybody", when: "anyone", apps: aliases, meetings: "*", resources: "*", fields };
  return JSON.stringify({ policies: [everybody] });
}
