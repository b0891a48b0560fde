// The one way to a purge: who asks, how often, what they name, whether they are granted it, and the entry in the log of changes.
//
// The order is that of a page (`answer.ts`), so that whoever may not purge learns no more here than there. What is asked for comes in a
// body, so that it is read only once it is known who sends it.
import type { Invalidate } from "../resources/change.ts";
import { fail, ok, type Result } from "../ground/errors.ts";
import type { Defer, Report } from "../ground/runtime.ts";
import type { Credentials } from "../identity/principal.ts";
import { clientOf } from "../limits/client.ts";
import type { Allowance, ClientLimiter } from "../limits/limiter.ts";
import { changeOf, reachOf, type PurgeOrder } from "../resources/purge-order.ts";
import { refusalOf, type Visitors } from "./visitors.ts";

/** What is to be forgotten. `appId`: undefined where there is no such app. */
export type Ordered = { appId: string | undefined; order: PurgeOrder };

/** Its place in the log, from which on nobody is shown an older page as fresh; and what is left of the caller's allowance. */
export type Purged = { sequence: number; allowance: Allowance };

/** `address`: as the platform knows it; never a header that a client can set. */
export type PurgeCaller = { credentials: Credentials; address: string | undefined };

export type Purge = (
  caller: PurgeCaller,
  /** Reads what is asked for; its failure is the answer. */
  readOrder: () => Promise<Result<Ordered>>,
  context: { report: Report; defer: Defer },
) => Promise<Result<Purged>>;

/** A log that can't be written to is asked again by then. */
const retryAfterSeconds = 5;

export function createPurge({
  visitors,
  requests,
  invalidate,
}: {
  visitors: Visitors;
  /** Of all requests of a client. */
  requests: ClientLimiter;
  invalidate: Invalidate;
}): Purge {
  return async ({ credentials, address }, readOrder, { report, defer }) => {
    const identified = await visitors.identify(credentials, { address, report, defer });
    if (!identified.ok) return identified;
    const { value: visitor } = identified;
    const allowance = await requests.takeBelowCeiling(visitor.client ?? clientOf(address));
    if (allowance.code === "rate_limited") return fail(allowance);

    const read = await readOrder();
    if (!read.ok) return read;
    const { appId, order } = read.value;
    if (appId === undefined || !visitor.access.grants.get(appId)?.includes("purge")) {
      return fail(refusalOf(visitor, appId));
    }

    const sequence = await invalidate(changeOf(order, appId));
    if (sequence === undefined) return fail({ code: "change_unrecorded", retryAfterSeconds });
    report({ type: "purge.recorded", of: reachOf(order), isHard: order.hard === true, sequence });
    return ok({ sequence, allowance });
  };
}
