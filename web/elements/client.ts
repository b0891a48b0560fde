// The one client of the service that all elements share the type of: the project's own.
export { createClient } from "../../client/src/client.ts";
export type { Client } from "../../client/src/client.ts";
