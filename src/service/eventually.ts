// Steps that are done at once where their outcome is remembered, and wait where it is not: a page in memory costs no promise.
import type { Result } from "../ground/errors.ts";

export type Eventually<Value> = Value | Promise<Value>;

/** Goes on with a value, at once where it is there. */
export function after<Value, Next>(
  value: Eventually<Value>,
  next: (value: Value) => Eventually<Next>,
): Eventually<Next> {
  return value instanceof Promise ? afterwards(value, next) : next(value);
}

async function afterwards<Value, Next>(value: Promise<Value>, next: (value: Value) => Eventually<Next>): Promise<Next> {
  return next(await value);
}

/** The same where there may be none: a failure is passed on. */
export function afterOk<Value, Next>(
  result: Eventually<Result<Value>>,
  next: (value: Value) => Eventually<Result<Next>>,
): Eventually<Result<Next>> {
  return after(result, (settled) => (settled.ok ? next(settled.value) : settled));
}
