// What a screen is given by the page around it, and which screens there are. A screen is an element with one property, `context`; all but
// the first are loaded when they are opened.
import type { Client } from "../elements/client.ts";
import type { AppAccess } from "./access.ts";
import type { Change } from "./address.ts";

export type ScreenContext = {
  client: Client;
  app: AppAccess;
  /** The state of the screen, out of the address. */
  query: URLSearchParams;
  /** An answer that is no page: an export, say. Sends what identifies the caller. Rejects for anything but a 200, with the problem's code. */
  ask(path: string, signal: AbortSignal): Promise<Response>;
  go(change: Change, how?: "push" | "replace"): void;
  hrefOf(change: Change): string;
  /** What the tab says: a count in front of the title, or none. */
  count(people: number | undefined): void;
  /** The sign-in ended while the page was open. */
  signedOut(): void;
};

export type ScreenElement = HTMLElement & { context: ScreenContext | undefined };

export type Screen = {
  name: string;
  label: string;
  tag: string;
  /** Shown in the navigation. */
  isListed: boolean;
  load(): Promise<unknown>;
  /** Whether the caller may see enough for it. */
  isFor(app: AppAccess): boolean;
};

const seesSessions = ({ resources }: AppAccess) => resources.has("sessions");
/** When sessions were, and may ask for a range of time. */
const seesTimes = ({ resources }: AppAccess) => {
  const { fields, parameters } = resources.get("sessions") ?? {};
  const mayAsk = parameters?.has("start_time") === true && parameters.has("end_time");
  return fields?.has("started_at") === true && mayAsk;
};

export const screens: readonly Screen[] = [
  {
    name: "live",
    label: "Live",
    tag: "rtk-live-screen",
    isListed: true,
    load: () => import("./live-screen.ts"),
    isFor: seesSessions,
  },
  {
    name: "sessions",
    label: "Sessions",
    tag: "rtk-sessions-screen",
    isListed: true,
    load: () => import("./sessions-screen.ts"),
    isFor: seesSessions,
  },
  {
    name: "day",
    label: "Day",
    tag: "rtk-day-screen",
    isListed: true,
    load: () => import("./day-screen.ts"),
    isFor: seesTimes,
  },
  {
    name: "numbers",
    label: "Numbers",
    tag: "rtk-numbers-screen",
    isListed: true,
    load: () => import("./numbers-screen.ts"),
    isFor: (app) => seesTimes(app) || app.resources.get("analytics")?.fields.has("session_stats") === true,
  },
  {
    name: "session",
    label: "Session",
    tag: "rtk-session-screen",
    isListed: false,
    load: () => import("./session-screen.ts"),
    isFor: seesSessions,
  },
];

export const screenNamed = (name: string | null): Screen | undefined => screens.find((screen) => screen.name === name);
