// The caller's token: asked for when there is none, kept until the service refuses it, and then asked for once more.
//
// What is kept is the promise, so that requests that begin together share one call of the callback.
import { Problem } from "./problem.ts";

export type Tokens = {
  /** Rejects with a Problem where the callback throws or gives nothing. */
  current(): Promise<string>;
  /** Forgets this token, unless another one has taken its place; any token where none is named. */
  refuse(token?: string): void;
};

type Asked = { promise: Promise<string>; token?: string };

export function createTokens(ask: () => Promise<string>): Tokens {
  let kept: Asked | undefined;

  async function askAnew(): Promise<string> {
    try {
      const token = await ask();
      if (token) return token;
    } catch (cause) {
      throw new Problem({ code: "token_failed", detail: "The token could not be had.", cause });
    }
    throw new Problem({ code: "token_failed", detail: "There is no token." });
  }

  return {
    current() {
      if (kept) return kept.promise;
      const asked: Asked = { promise: askAnew() };
      kept = asked;
      asked.promise.then(
        (token) => void (asked.token = token),
        () => {
          if (kept === asked) kept = undefined;
        },
      );
      return asked.promise;
    },
    refuse(token) {
      if (token === undefined || kept?.token === token) kept = undefined;
    },
  };
}
