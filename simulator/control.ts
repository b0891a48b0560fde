// The control API under `/__simulator/`: what was asked, start over, move the clock, set faults, steer sessions, look at webhooks. It needs
// no token, is not counted, and is not touched by faults. It is for tests and for people at a terminal, on a loopback address.
import type { Answer } from "./answer.ts";
import { jsonAnswer } from "./answer.ts";
import { CheckError, object, optional, text as textUpTo, wholeNumber } from "./checks.ts";
import type { Telling } from "./telling.ts";

export const controlPrefix = "/__simulator/";

/** What the control API may do; all of it throws `CheckError` on bad input. */
export type Controls = {
  state(): object;
  reset(seed?: number): void;
  advance(ms: number): void;
  replaceFaults(faults: unknown): void;
  faults(): readonly object[];
  /** ISO 8601. */
  now(): string;
  steering(): Telling["steering"];
  deliveries(): readonly object[];
  rotateWebhookKey(): void;
};

const bodyBytesMax = 65_536;
/** The seeds there are: unsigned 32-bit numbers. */
export const checkSeed = wholeNumber(0, 4_294_967_295);
/** How far the clock may move at once: 90 days, in milliseconds. */
export const checkAdvance = wholeNumber(0, 90 * 86_400_000);

const resetBody = object({ seed: optional(checkSeed) }, 'an object like {"seed": 7}');
const clockBody = object({ advanceMs: checkAdvance }, 'an object like {"advanceMs": 60000}');

const id = textUpTo(200);
const peopleMax = 500;
const startBody = object(
  { app: id, meeting: optional(id), title: optional(id), participants: optional(wholeNumber(0, peopleMax)) },
  'an object like {"app": "school"}',
);
const joinBody = object(
  { session: id, count: optional(wholeNumber(1, peopleMax)) },
  'an object like {"session": "…", "count": 2}',
);
const leaveBody = object({ session: id, participant: optional(id) }, 'an object like {"session": "…"}');
const endBody = object({ session: id }, 'an object like {"session": "…"}');

type Action = (controls: Controls, body: unknown) => unknown;

const actions: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  state: { GET: (controls) => controls.state() },
  reset: {
    POST(controls, body) {
      controls.reset(resetBody(body ?? {}, "body").seed);
      return controls.state();
    },
  },
  clock: {
    POST(controls, body) {
      controls.advance(clockBody(body, "body").advanceMs);
      return { now: controls.now() };
    },
  },
  faults: {
    GET: (controls) => controls.faults(),
    PUT(controls, body) {
      controls.replaceFaults(body);
      return controls.faults();
    },
    DELETE(controls) {
      controls.replaceFaults([]);
      return controls.faults();
    },
  },
  sessions: {
    GET: (controls) => controls.steering().sessions(),
    POST: (controls, body) => controls.steering().start(startBody(body, "body")),
    DELETE: (controls, body) => controls.steering().end(endBody(body, "body").session),
  },
  participants: {
    POST(controls, body) {
      const { session, count } = joinBody(body, "body");
      return controls.steering().join(session, count);
    },
    DELETE(controls, body) {
      const { session, participant } = leaveBody(body, "body");
      return controls.steering().leave(session, participant);
    },
  },
  deliveries: { GET: (controls) => controls.deliveries() },
  "webhook-key": {
    POST(controls) {
      controls.rotateWebhookKey();
      return {};
    },
  },
};

/** Answers a control request. Mistakes get a 400, 404, 405 or 413 with `{ "error": … }`. */
export async function control(request: Request, path: string, controls: Controls): Promise<Answer> {
  const name = path.slice(controlPrefix.length);
  const methods = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!methods) return problem(404, `there is no ${name}; try ${Object.keys(actions).join(", ")}`);
  const allow = Object.keys(methods).join(", ");
  const action = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (!action) return problem(405, `${name} takes ${allow}`, [["allow", allow]]);
  try {
    const body = request.method === "GET" ? undefined : await bodyOf(request);
    return jsonAnswer(200, JSON.stringify(action(controls, body), undefined, 2));
  } catch (error) {
    if (error instanceof CheckError) return problem(400, error.message);
    throw error;
  }
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.length > bodyBytesMax) throw new CheckError("body", `must be at most ${bodyBytesMax} characters`);
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new CheckError("body", "must be JSON");
  }
}

function problem(status: number, error: string, headers: Answer["headers"] = []): Answer {
  return jsonAnswer(status, JSON.stringify({ error }), headers);
}
