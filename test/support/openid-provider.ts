// Who logs in to a service under test: a real OpenID provider on loopback, and a browser without a window, which keeps cookies by host, follows
// redirects and fills in the provider's form.
import { parse } from "hono/utils/cookie";
import { startProvider, type ProviderOptions, type User } from "../../scripts/openid-provider.ts";

export const teacher: User = {
  name: "teacher",
  password: "chalk-and-talk",
  claims: { roles: ["teacher"], meetings: ["6bf2b8be-04dd-4191-b602-1128921a306b", "demo-meeting"], name: "T. Eacher" },
};
export const admin: User = { name: "admin", password: "keys-of-the-house", claims: { roles: ["admin"] } };

export const startTestProvider = (options: Partial<ProviderOptions> & Pick<ProviderOptions, "publicUrls">) =>
  startProvider({ users: [teacher, admin], ...options });

/** Sends one request, following no redirect. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

export type Person = {
  /** What the browser keeps for a host, by name. */
  cookies(origin: string): ReadonlyMap<string, string>;
  setCookie(origin: string, name: string, value: string): void;
  /** One request, as a page of that origin itself makes it unless `init` says otherwise. */
  ask(url: string, init?: RequestInit & { headers?: Record<string, string> }): Promise<Response>;
  /** As a person goes to an address: redirects are followed. Gives the last address and its answer. */
  go(url: string, init?: RequestInit & { headers?: Record<string, string> }): Promise<Arrived>;
  /** Up to the address that the provider sends the browser back to, which is not gone to. */
  goUntil(url: string, prefix: string, init?: RequestInit): Promise<string>;
  /** From the service's login to wherever that ends. */
  logIn(publicUrl: string, user?: User, returnTo?: string): Promise<Arrived>;
};
export type Arrived = { url: string; response: Response };

/** `sendTo`: how a service is reached that listens nowhere; everything else goes over the network. */
export function createPerson(sendTo: (origin: string) => Send | undefined = () => undefined): Person {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };

  async function ask(url: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const { origin } = new URL(url);
    const jar = jarOf(origin);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const all = { "sec-fetch-site": "same-origin", ...(cookie !== "" && { cookie }), ...init.headers };
    const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const send: Send = sendTo(origin) ?? ((address, how) => fetch(address, how));
    const response = await send(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";");
      const [[name, value] = ["", ""]] = Object.entries(parse(pair));
      const isGone = attributes.some(
        (text) => /^\s*max-age=0\s*$/i.test(text) || /expires=thu, 01 jan 1970/i.test(text),
      );
      if (isGone || value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  async function go(url: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Arrived> {
    let place = url;
    let response = await ask(place, init);
    for (let step = 0; step < 20; step += 1) {
      const location = response.headers.get("location");
      if (location === null) return { url: place, response };
      place = new URL(location, place).href;
      response = await ask(place);
    }
    throw new Error(`too many redirects from ${url}`);
  }

  async function goUntil(url: string, prefix: string, init: RequestInit = {}): Promise<string> {
    let place = url;
    let how: RequestInit = init;
    for (let step = 0; step < 20; step += 1) {
      if (place.startsWith(prefix)) return place;
      const response = await ask(place, how as { headers?: Record<string, string> });
      const location = response.headers.get("location");
      if (location === null) throw new Error(`${place} answered ${response.status}: ${await response.text()}`);
      place = new URL(location, place).href;
      how = {};
    }
    throw new Error(`too many redirects from ${url}`);
  }

  return {
    cookies: (origin) => jarOf(origin),
    setCookie: (origin, name, value) => void jarOf(origin).set(name, value),
    ask,
    go,
    goUntil,
    async logIn(publicUrl, user = teacher, returnTo) {
      const search = returnTo === undefined ? "" : `?return_to=${encodeURIComponent(returnTo)}`;
      const arrived = await go(`${publicUrl}/auth/login${search}`);
      if (!/\/interaction\/[\w-]+$/.test(arrived.url)) return arrived;
      const form = new URLSearchParams({ name: user.name, password: user.password });
      return go(arrived.url, {
        method: "POST",
        body: form.toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
    },
  };
}

/** As `logIn`, but stops before the service's callback, whose address it gives. */
export async function logInUpToCallback(person: Person, publicUrl: string, user: User = teacher): Promise<string> {
  const arrived = await person.go(`${publicUrl}/auth/login`);
  const callback = `${publicUrl}/auth/callback`;
  const form = new URLSearchParams({ name: user.name, password: user.password });
  return person.goUntil(arrived.url, callback, {
    method: "POST",
    body: form.toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
}

/** Logs out at the provider itself, where a logout here has sent the person. */
export async function logOutAtProvider(person: Person, endSessionUrl: string): Promise<Arrived> {
  const page = await person.go(endSessionUrl);
  const secret = /name="xsrf" value="([^"]+)"/.exec(await page.response.text())?.[1] ?? "";
  const form = new URLSearchParams({ xsrf: secret, logout: "yes" });
  return person.go(new URL("/session/end/confirm", endSessionUrl).href, {
    method: "POST",
    body: form.toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
}
