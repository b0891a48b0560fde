// Who is signed in, where the deployment has a login of its own, and how that ends. Both are asked of `/auth`; nothing of it is kept here.

export type SignedIn = { name: string | undefined; logoutUrl: string };

const forOwnPages = { "x-bff": "1" };

/** Undefined where nobody is, or it can't be told. */
export async function whoIsSignedIn(): Promise<SignedIn | undefined> {
  try {
    const answer = await fetch("/auth/me", { headers: forOwnPages });
    if (!answer.ok) return undefined;
    const body: unknown = await answer.json();
    return { name: nameIn(body), logoutUrl: textAt(body, "logout_url") ?? "/auth/logout" };
  } catch {
    return undefined;
  }
}

/** Ends the sign-in. True where the browser is already on its way to the provider's own end of it. */
export async function endSignIn(signedIn: SignedIn | undefined): Promise<boolean> {
  const url = new URL(signedIn?.logoutUrl ?? "/auth/logout", location.href);
  if (url.origin !== location.origin) return false;
  try {
    const answer = await fetch(url, { method: "POST", headers: forOwnPages });
    const next = answer.ok && answer.status !== 204 ? textAt(await answer.json(), "redirect_to") : undefined;
    if (next === undefined) return false;
    location.assign(next);
    return true;
  } catch {
    return false;
  }
}

const nameIn = (body: unknown): string | undefined => {
  const claims: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "claims") : undefined;
  return textAt(claims, "name") ?? textAt(claims, "email") ?? textAt(body, "name") ?? textAt(body, "subject");
};

function textAt(body: unknown, name: string): string | undefined {
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
