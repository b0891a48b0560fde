// Ending a login before its time: here, and from the provider, where logins are recorded.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenIdProvider } from "../../scripts/openid-provider.ts";
import { createMemoryLogins, type Logins } from "../../src/login/logins.ts";
import { ownPath } from "../support/app.ts";
import { readDocument, answerOf } from "../support/document.ts";
import {
  cookieName,
  createLoginRig,
  publicUrl,
  startRigProvider,
  teacher,
  type LoginRig,
} from "../support/login-rig.ts";
import { followStream } from "../support/stream.ts";
import { logOutAtProvider, type Person } from "../support/openid-provider.ts";

let provider: OpenIdProvider;
/** What the provider posted to the client's back channel. */
const posted: string[] = [];
const channel = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8").on("data", (piece) => (text += String(piece)));
  request.on("end", () => {
    posted.push(text);
    response.writeHead(200).end();
  });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => channel.listen(0, "127.0.0.1", resolve));
  const { port } = channel.address() as AddressInfo;
  provider = await startRigProvider({ backchannelUrl: `http://127.0.0.1:${port}/` });
});
afterAll(async () => {
  await provider.close();
  channel.closeAllConnections();
  channel.close();
});

const [meeting = ""] = (teacher.claims["meetings"] as string[]) ?? [];
const own = `${publicUrl}${ownPath}?associated_id=${meeting}`;
const recorded = { SESSION_STORE: "kv" };
const rigWith = (makeLogins: (clock: { now(): number }) => Logins = createMemoryLogins): LoginRig =>
  createLoginRig({ provider, settings: recorded, makeLogins });
/** Somebody with a copy of a person's cookie. */
const thiefOf = (rig: LoginRig, person: Person): Person => {
  const thief = rig.person();
  thief.setCookie(publicUrl, cookieName, person.cookies(publicUrl).get(cookieName) ?? "");
  return thief;
};
const back = (rig: LoginRig, body: string) =>
  rig.service.send("/auth/backchannel-logout", {
    method: "POST",
    body,
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });

describe("where logins are recorded", () => {
  it("a logout ends every copy of the cookie within five seconds", async () => {
    const rig = rigWith();
    const person = rig.person();
    await person.logIn(publicUrl);
    const thief = thiefOf(rig, person);
    expect((await thief.ask(own)).status).toBe(200);
    await person.ask(`${publicUrl}/auth/logout`, { method: "POST" });
    await rig.clock.advance(5_000);
    const answer = await thief.ask(own);
    expect(answer.status).toBe(401);
    expect((await thief.ask(own)).status).toBe(401);
  });

  it("a logout at the provider ends the login here, and no other person's", async () => {
    const rig = rigWith();
    const [person, other] = [rig.person(), rig.person()];
    await person.logIn(publicUrl);
    await other.logIn(publicUrl);
    const elsewhere = thiefOf(rig, person);
    const out = await createLoginRig({ provider }).person().ask(`${publicUrl}/auth/logout`, { method: "POST" });
    const { redirect_to: end } = await out.json<{ redirect_to: string }>();
    posted.length = 0;
    await logOutAtProvider(person, end);
    expect(posted).toHaveLength(1);
    const answer = await back(rig, posted[0] ?? "");
    expect(answer.status).toBe(200);
    expect(readDocument().violations("/auth/backchannel-logout", await answerOf("POST", answer))).toEqual([]);
    await rig.clock.advance(5_000);
    expect((await elsewhere.ask(own)).status).toBe(401);
    expect((await other.ask(own)).status).toBe(200);
  });

  it("a logout ends the streams of the login within ten seconds, with the reason", async () => {
    const rig = rigWith();
    const [person, other] = [rig.person(), rig.person()];
    await person.logIn(publicUrl);
    await other.logIn(publicUrl);
    const url = `${publicUrl}/v1/live/apps/support/sessions?associated_id=${meeting}`;
    const [ended, going] = [followStream(await person.ask(url)), followStream(await other.ask(url))];
    await rig.clock.advance(6_000);
    expect(ended.text()).not.toContain("event: problem");
    await person.ask(`${publicUrl}/auth/logout`, { method: "POST" });
    for (let second = 0; second < 10; second += 1) {
      await rig.clock.advance(1_000);
      await new Promise<void>((resolve) => setTimeout(resolve, 20));
    }
    expect(ended.text()).toContain('"code":"unauthorized"');
    expect(ended.text()).toContain('"login_url"');
    expect(going.text()).not.toContain("event: problem");
    await going.close();
  });

  it("a new login ends the one that the browser had before", async () => {
    const rig = rigWith();
    const person = rig.person();
    await person.logIn(publicUrl);
    const thief = thiefOf(rig, person);
    await person.logIn(publicUrl);
    await rig.clock.advance(5_000);
    expect((await thief.ask(own)).status).toBe(401);
    expect((await person.ask(own)).status).toBe(200);
  });

  it("whoever was there within a minute stays in while the record can't be read, and others get a 503", async () => {
    let isGone = false;
    const rig = rigWith((clock) => {
      const memory = createMemoryLogins(clock);
      return {
        ...memory,
        isLive: async (id) => (isGone ? undefined : memory.isLive(id)),
        record: async (login) => !isGone && memory.record(login),
      };
    });
    const [person, absent, late] = [rig.person(), rig.person(), rig.person()];
    await person.logIn(publicUrl);
    await absent.logIn(publicUrl);
    expect((await person.ask(own)).status).toBe(200);
    isGone = true;
    await rig.clock.advance(59_000);
    expect((await person.ask(own)).status).toBe(200);
    expect((await absent.ask(own)).status).toBe(503);
    expect((await late.logIn(publicUrl)).response.status).toBe(503);
    await rig.clock.advance(2_000);
    expect((await person.ask(own)).status).toBe(503);
    isGone = false;
    expect((await person.ask(own)).status).toBe(200);
  });

  it("nothing but a logout token of the provider ends anything", async () => {
    const rig = rigWith();
    const person = rig.person();
    await person.logIn(publicUrl);
    const [unsigned] = [`${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`];
    for (const body of ["", "logout_token=", "logout_token=x.y.z", `logout_token=${unsigned}`, "other=1"]) {
      const answer = await back(rig, body);
      expect(answer.status).toBe(400);
      expect(readDocument().violations("/auth/backchannel-logout", await answerOf("POST", answer))).toEqual([]);
    }
    await rig.clock.advance(5_000);
    expect((await person.ask(own)).status).toBe(200);
  });
});

describe("where none are recorded", () => {
  it("there is no back channel, and a copy of the cookie lasts until its end", async () => {
    const rig = createLoginRig({ provider });
    const person = rig.person();
    await person.logIn(publicUrl);
    const thief = thiefOf(rig, person);
    await person.ask(`${publicUrl}/auth/logout`, { method: "POST" });
    expect((await back(rig, "logout_token=x")).status).toBe(404);
    await rig.clock.advance(28_799_000);
    expect((await thief.ask(own)).status).toBe(200);
    await rig.clock.advance(1_000);
    expect((await thief.ask(own)).status).toBe(401);
  });
});
