// What the pretended account owns: its number, its token, its apps, and the meetings that recur in each app.
//
// The apps do not depend on the seed, so that a configuration can name them; the meetings do. App ids come in both forms
// seen in the wild: 36 characters with hyphens (although the reference says at most 32) and 32 hex digits.
import { integer, mix, roomName, streamOf, uuid } from "./chance.ts";

/** The one bearer token the simulator takes unless told otherwise. Obviously not a secret. 52 characters. */
export const SIMULATOR_TOKEN = "simulator-token-not-a-secret-000000000000000000000000";

/** The one account, 32 hex digits. */
export const SIMULATOR_ACCOUNT_ID = "0123456789abcdef0123456789abcdef";

/** An app of the account. `alias` is only a suggestion for whoever configures a client. */
export type SimulatorApp = { readonly id: string; readonly alias: string };

/** How busy an app is: `lanes` rooms side by side, in each of which one session starts every `slotMs`. */
export type AppProfile = SimulatorApp & {
  readonly lanes: number;
  readonly slotMs: number;
  readonly peersMax: number;
};

/** A meeting that recurs; every session of it carries its id as `associated_id`. */
export type Meeting = {
  readonly id: string;
  readonly title: string;
  readonly type: "meeting" | "livestream" | "participant";
};

const hourMs = 3_600_000;

export const profiles: readonly AppProfile[] = [
  {
    id: "5f1c7e0a-2f0b-4d8e-9a53-0c6f1d2b7e94",
    alias: "support",
    lanes: 3,
    slotMs: 2 * hourMs,
    peersMax: 5,
  },
  {
    id: "9b2e4c7d1f6a4b8098d3e5c7a1f0b264",
    alias: "school",
    lanes: 4,
    slotMs: 3 * hourMs,
    peersMax: 24,
  },
  {
    id: "c3a8f3d2-71be-4e06-8d1f-b45a90e2c617",
    alias: "events",
    lanes: 4,
    slotMs: 6 * hourMs,
    peersMax: 40,
  },
];

const titles: readonly string[] = [
  "Weekly sync",
  "Stand-up",
  "Support call #4711",
  "Onboarding",
  "Algebra II, room 3",
  "Office hours",
  "Town hall",
  "Product demo: Q3 / Q4",
  "1:1",
  "Café & Crème",
  "週次ミーティング",
  "项目复盘（第三季度）",
  "주간 회의",
  "اجتماع الفريق الأسبوعي",
  "פגישת צוות",
  "Планёрка",
  "🎉 Launch party 🚀",
  "👩‍👩‍👧‍👦 Parents' evening",
  "e\u0301te\u0301 in combining marks",
  "Tiếng Việt 101",
  "ภาษาไทยเบื้องต้น",
  "हिन्दी कक्षा",
  'Meeting with a "quoted" title',
  "Retro \\ planning",
];

/**
 * The meetings of one lane of an app: five, about one in five of them with a room name instead of a UUID. Titles do not
 * repeat within an app (five steps at a time through a list whose length five does not divide), so every app has odd ones.
 */
export function meetingsOf(seed: number, app: AppProfile, lane: number): readonly Meeting[] {
  const next = streamOf(seed, "meetings", app.id, lane);
  const firstTitle = mix(seed, "titles", app.id);
  return Array.from({ length: 5 }, (_, index) => {
    const id = next() < 0.2 ? roomName(next) : uuid(next);
    const title = titles[(firstTitle + (lane * 5 + index) * 5) % titles.length] ?? "Meeting";
    const draw = next();
    const type = draw < 0.85 ? "meeting" : draw < 0.97 ? "livestream" : "participant";
    return { id, title: next() < 0.3 ? `${title} ${integer(next, 2, 99)}` : title, type };
  });
}
