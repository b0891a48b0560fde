// People log in at a real OpenID provider, and out again.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenIdProvider } from "../../scripts/openid-provider.ts";
import { appAlias, ownPath } from "../support/app.ts";
import { cookieName, createLoginRig, publicUrl, startRigProvider, teacher } from "../support/login-rig.ts";

let provider: OpenIdProvider;
beforeAll(async () => {
  provider = await startRigProvider();
});
afterAll(() => provider.close());

const meeting = (teacher.claims["meetings"] as string[])[0] ?? "";
const ownMeeting = `${publicUrl}${ownPath}?associated_id=${meeting}`;

describe("a person", () => {
  it("logs in, is known by the claims that policies read, and comes back to where they wanted to be", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    const arrived = await person.logIn(publicUrl, teacher, "/docs?x=1#part");
    expect(arrived.url).toBe(`${publicUrl}/docs?x=1#part`);
    const me = await person.ask(`${publicUrl}/auth/me`);
    expect(me.status).toBe(200);
    expect(await me.json()).toEqual({
      subject: "teacher",
      claims: { roles: ["teacher"], meetings: teacher.claims["meetings"] },
      ends_at: new Date(rig.clock.now() + 28_800_000).toISOString(),
      logout_url: `${publicUrl}/auth/logout`,
    });
    expect([...person.cookies(publicUrl).keys()]).toEqual([cookieName]);
  });

  it("reads what the policies show, with the cookie alone", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    await person.logIn(publicUrl);
    expect((await person.ask(ownMeeting)).status).toBe(200);
    expect((await person.ask(`${publicUrl}/v1/apps/${appAlias}/recordings`)).status).toBe(403);
    expect((await person.ask(`${publicUrl}${ownPath}?associated_id=foreign`)).status).toBe(404);
  });

  it("is told where to log in, and never sent there, when nobody is logged in", async () => {
    const rig = createLoginRig({ provider });
    const answer = await rig.person().ask(ownMeeting);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "unauthorized", login_url: `${publicUrl}/auth/login` });
    expect(answer.headers.get("www-authenticate")).toBe("Cookie");
    expect((await rig.person().ask(`${publicUrl}/auth/me`)).status).toBe(401);
  });

  it("logs out here and at the provider", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    await person.logIn(publicUrl);
    const out = await person.ask(`${publicUrl}/auth/logout`, { method: "POST" });
    expect(out.status).toBe(200);
    const { redirect_to: next } = await out.json<{ redirect_to: string }>();
    expect(next).toContain(`${provider.issuer}/session/end?`);
    expect(new URL(next).searchParams.get("post_logout_redirect_uri")).toBe(`${publicUrl}/`);
    expect(person.cookies(publicUrl).size).toBe(0);
    expect((await person.ask(`${publicUrl}/auth/me`)).status).toBe(401);
  });
});
