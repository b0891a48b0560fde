// A simulator whose webhooks arrive here, under a test clock: what was posted, whether the key that is published verifies it, and what to
// answer. Verification is Node's own, so that it does not share a mistake with what signs.
import { createVerify } from "node:crypto";
import {
  createSimulator,
  SIMULATOR_ACCOUNT_ID,
  SIMULATOR_TOKEN,
  type SimulatorOptions,
} from "../../simulator/simulator.ts";
import { generateWebhookKey } from "../../simulator/webhook-key.ts";
import { createTestClock } from "./clock.ts";

/** One delivery as it arrived. `body` is its JSON, of which tests know the form. */
export type Message = ReturnType<typeof messageOf>;

function messageOf(url: string, init: RequestInit) {
  if (!(init.body instanceof Uint8Array)) throw new TypeError("a webhook is posted as bytes");
  const text = new TextDecoder().decode(init.body);
  return { url, headers: new Headers(init.headers), text, body: JSON.parse(text) };
}

export const hookUrl = "https://product.example/v1/webhooks/realtimekit";

const sharedKey = generateWebhookKey();

export async function createWebhookInbox(options: SimulatorOptions = {}) {
  const clock = createTestClock();
  const messages: Message[] = [];
  let answer: (message: Message) => number | Error = () => 204;
  const simulator = createSimulator({
    clock,
    seed: 11,
    webhookKey: await sharedKey,
    budget: { requests: 1_000_000, windowSeconds: 300 },
    async sendWebhook(url, init) {
      const message = messageOf(url, init);
      messages.push(message);
      const outcome = answer(message);
      if (outcome instanceof Error) throw outcome;
      return new Response(null, { status: outcome });
    },
    ...options,
  });
  const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}` };
  const base = (appId: string) => `http://simulator/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${appId}`;
  const [app] = simulator.apps;
  if (!app) throw new TypeError("the simulator has no app");

  /** Asks below an app; the first unless given. */
  const ask = async (method: string, path: string, body?: unknown, appId = app.id) => {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const init = { method, headers, ...(text !== undefined && { body: text }) };
    const response = await simulator.fetch(new Request(base(appId) + path, init));
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const publishedKey = async (): Promise<string> => {
    const response = await simulator.fetch(new Request("http://simulator/.well-known/webhooks.json"));
    return JSON.parse(await response.text()).data.publicKey;
  };

  return {
    clock,
    simulator,
    app,
    messages,
    ask,
    publishedKey,
    /** Decides what is answered: a status, or an error in place of one. */
    answers(decide: (message: Message) => number | Error) {
      answer = decide;
    },
    /** Lets time pass upstream, and has it told. */
    async pass(ms: number) {
      simulator.advance(ms);
      await simulator.deliver();
    },
    /** Whether a signature is that of the text under a key. */
    verifies: (message: Message, pem: string, family = "rtk") =>
      createVerify("RSA-SHA256")
        .update(message.text)
        .verify(pem, message.headers.get(`${family}-signature`) ?? "", "base64"),
    events: (): string[] => messages.map(({ body }) => body.event),
  };
}
