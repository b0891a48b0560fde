// The cookies of a login as they are written: the one of whoever is logged in, and one for each attempt.
//
// `__Host-` makes a browser take a cookie from this very host alone, over https and for the whole of it (RFC 6265bis section 4.1.3.2), so
// that no sibling subdomain can plant one. On plain http, which is for loopback alone, there is no such thing.
import { parse, serialize } from "hono/utils/cookie";

export type LoginCookies = {
  /** The attempts in a field `Cookie`, by the ends of their names. */
  attemptsIn(field: string | undefined): ReadonlyMap<string, string>;
  set(value: string, seconds: number): string;
  clear(): string;
  setAttempt(name: string, value: string, seconds: number): string;
  clearAttempt(name: string): string;
};

export function createLoginCookies(cookieName: string): LoginCookies {
  const attributes = { path: "/", httpOnly: true, secure: cookieName.startsWith("__Host-"), sameSite: "Lax" } as const;
  const write = (name: string, value: string, maxAge: number) => serialize(name, value, { ...attributes, maxAge });
  const prefix = `${cookieName}-`;
  return {
    attemptsIn(field) {
      const cookies = field === undefined ? [] : Object.entries(parse(field));
      return new Map(
        cookies.flatMap(([name, value]): [string, string][] =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
        ),
      );
    },
    set: (value, seconds) => write(cookieName, value, seconds),
    clear: () => write(cookieName, "", 0),
    setAttempt: (name, value, seconds) => write(prefix + name, value, seconds),
    clearAttempt: (name) => write(prefix + name, "", 0),
  };
}
