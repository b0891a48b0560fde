// What the caller may see, asked once when the page opens: apps, resources, columns, filters. What is not in it is not offered.
import { faceOf } from "../elements/problem-face.ts";
import type { Face } from "../elements/face.ts";

export type ResourceAccess = {
  fields: ReadonlySet<string>;
  parameters: ReadonlySet<string>;
  /** `*`: every meeting of the app. */
  meetings: "*" | readonly string[];
  exports: boolean;
};

export type AppAccess = {
  app: string;
  /** By the word that policies have for it: `sessions`, `participants`, `analytics` and so on. */
  resources: ReadonlyMap<string, ResourceAccess>;
};

/** The meetings of which each question about sessions has to name one; undefined where it need not. */
export function meetingsToName({ resources }: AppAccess): readonly string[] | undefined {
  const meetings = resources.get("sessions")?.meetings ?? "*";
  return meetings === "*" || meetings.length < 2 ? undefined : meetings;
}

export type Access = { mode: string; apps: readonly AppAccess[] };

export type AccessOutcome =
  | { kind: "known"; access: Access }
  /** With `loginUrl` there is a login to go to; with `takesCredential` a token or key can be pasted. */
  | { kind: "unidentified"; loginUrl: string | undefined; takesCredential: boolean; wasGiven: boolean }
  | { kind: "failed"; face: Face };

/** Never rejects. */
export async function askAccess(credential: string | undefined): Promise<AccessOutcome> {
  try {
    // The page has begun to fetch it already, as nobody in particular. In another mode that answer is not taken for this one.
    const init = credential === undefined ? {} : ({ headers: bearer(credential), mode: "same-origin" } as const);
    const answer = await fetch("/v1/access", init);
    const body: unknown = await answer.json();
    if (answer.ok) return { kind: "known", access: accessIn(body) };
    if (answer.status === 401) {
      return {
        kind: "unidentified",
        loginUrl: textAt(body, "login_url"),
        // What is answered varies by the header that would say who asks.
        takesCredential: /\bauthorization\b/i.test(answer.headers.get("vary") ?? ""),
        wasGiven: credential !== undefined,
      };
    }
    return { kind: "failed", face: faceOf({ code: textAt(body, "code") ?? "internal" }) };
  } catch {
    return { kind: "failed", face: faceOf({ code: "network_failed" }) };
  }
}

export const bearer = (credential: string): { authorization: string } => ({ authorization: `Bearer ${credential}` });

type PublishedAccess = {
  mode: string;
  apps: readonly {
    app: string;
    resources: readonly {
      resource: string;
      fields: readonly string[];
      parameters: readonly string[];
      meetings: "*" | readonly string[];
      exports: boolean;
    }[];
  }[];
};

/** Holds while page and service are of one version: they are served together. */
const asPublished = (body: unknown) => body as PublishedAccess;

function accessIn(body: unknown): Access {
  const { mode, apps } = asPublished(body);
  return {
    mode,
    apps: apps.map(({ app, resources }) => ({
      app,
      resources: new Map(
        resources.map(({ resource, fields, parameters, meetings, exports }) => [
          resource,
          { fields: new Set(fields), parameters: new Set(parameters), meetings, exports },
        ]),
      ),
    })),
  };
}

function textAt(body: unknown, name: string): string | undefined {
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === "string" ? value : undefined;
}
