// The rows of the matrix: which tools make what of a document, and how. A further generator is a row here and a file in `clients`.

/** Where a row reads and writes, and whom its client asks. */
export type Place = { document: string; output: string; baseUrl: string };

export type Row = {
  name: string;
  /** What is generated, for the table. */
  makes: string;
  /** Run one after the other; a program is looked for among this directory's own packages first. */
  commands: (place: Place) => readonly (readonly string[])[];
  /** Whether `clients/<name>.ts` is compiled beside what was generated, and run. */
  hasClient: boolean;
  /** Takes zod 3 for what the client imports as zod. */
  usesZod3?: true;
};

const problemsAsWell = "mediaType === 'application/json' || mediaType === 'application/problem+json'";

export const rows: readonly Row[] = [
  {
    name: "openapi-typescript",
    makes: "types, openapi-fetch",
    commands: ({ document, output }) => [["openapi-typescript", document, "--output", `${output}/api.ts`]],
    hasClient: true,
  },
  {
    name: "hey-api",
    makes: "fetch, zod, TanStack Query",
    commands: ({ document, output }) => [
      ["openapi-ts", "--no-log-file", "--input", document, "--output", output, "--plugins"].concat([
        "@hey-api/typescript",
        "@hey-api/client-fetch",
        "@hey-api/sdk",
        "zod",
        "@tanstack/react-query",
      ]),
    ],
    hasClient: true,
  },
  {
    name: "orval",
    makes: "fetch, TanStack Query, zod, MSW",
    commands: () => [["orval", "--config", "orval.config.mjs", "--fail-on-warnings"]],
    hasClient: true,
  },
  {
    name: "kubb",
    makes: "fetch, zod",
    commands: () => [["kubb", "generate", "--config", "kubb.config.mjs"]],
    hasClient: true,
  },
  {
    name: "openapi-zod-client",
    makes: "Zodios, zod 3",
    // By default it types what is `application/json` alone, and takes every error for nothing.
    commands: ({ document, output }) => [
      ["openapi-zod-client", document, "--output", `${output}/api.ts`, "--media-type-expr", problemsAsWell],
    ],
    hasClient: true,
    usesZod3: true,
  },
  {
    name: "swagger-typescript-api",
    makes: "fetch",
    commands: ({ document, output }) => [
      ["swagger-typescript-api", "generate", "--path", document, "--output", output, "--name", "api.ts"],
    ],
    hasClient: true,
  },
  {
    name: "spectral",
    makes: "OWASP's rules",
    commands: ({ document }) => [
      [
        "spectral",
        "lint",
        document,
        "--ruleset",
        "spectral.yaml",
        "--fail-severity",
        "error",
        "--display-only-failures",
      ],
    ],
    hasClient: false,
  },
];
