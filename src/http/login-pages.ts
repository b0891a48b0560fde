// What a person sees when a login does not work: one plain page, under the same closed policy as every other answer. It says whether trying
// again helps, and nothing of what was wrong: that is in the log, under the id that the page shows.
import type { LoginFault } from "../login/login.ts";

type Words = { title: string; text: string };

const words = {
  unavailable: {
    title: "Logging in is not possible at the moment",
    text: "The login service does not answer. Whoever is logged in stays logged in. Please try again in a minute.",
  },
  refused: {
    title: "That did not work",
    text: "This login was not completed: it took too long, was used before, or was refused. Please log in again.",
  },
  too_large: {
    title: "This account can't log in here",
    text: "The login service says more about this account than a browser keeps for a page.",
  },
  link: {
    title: "This link is not right",
    text: "It leads to no place of this service. Please log in without it.",
  },
} as const satisfies Record<LoginFault["type"] | "link", Words>;

export type LoginPage = keyof typeof words;

/** `detail`: a sentence of ours about this case. All texts are ours, and none holds a character that HTML reads otherwise. */
export function loginPage(page: LoginPage, { requestId, detail = "" }: { requestId: string; detail?: string }): string {
  const { title, text } = words[page];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}${detail === "" ? "" : ` ${detail}`}</p>
<p><a href="/auth/login">Log in</a> or <a href="/">go to the start</a></p>
<p><small>For the operator: ${requestId}</small></p>
</main>
</body>
</html>
`;
}
