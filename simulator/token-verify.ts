// What the two verify endpoints say of the token: `/user/tokens/verify` of a user's, `/accounts/{account_id}/tokens/verify` of an
// account's. Each refuses the other kind like a token it has never seen. The simulator's own is a user's, active, without an
// end; the fault `token` makes it another.
import { type Answer, jsonAnswer, v4Error } from "./answer.ts";
import type { FaultOf } from "./faults.ts";

/** For a token that is the right one. `account` is that of an account's endpoint; `nowMs` is the simulator's own time. */
export function verifyAnswer(
  account: string | undefined,
  { accountId, token, nowMs }: { accountId: string; token: FaultOf<"token"> | undefined; nowMs: number },
): Answer {
  if (account !== undefined && account !== accountId) return v4Error(403, 10_000, "Authentication error");
  const { owner = "user", status = "active", startsInSeconds, endsInSeconds } = token ?? {};
  if ((account === undefined ? "user" : "account") !== owner) return v4Error(401, 1000, "Invalid API Token");
  const instant = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  const result = {
    id: "0f0e0d0c0b0a09080706050403020100",
    status,
    ...(startsInSeconds !== undefined && { not_before: instant(startsInSeconds) }),
    ...(endsInSeconds !== undefined && { expires_on: instant(endsInSeconds) }),
  };
  const messages = [{ code: 10_000, message: `This API Token is valid and ${status}`, type: null }];
  return jsonAnswer(200, JSON.stringify({ result, success: true, errors: [], messages }));
}
