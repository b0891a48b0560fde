// A real headless Chromium from npm alone. The package brings the program, its libraries and a font as compressed files; they are
// unpacked once into `dist`, and the program is started with its own libraries, so that a bare machine is enough.
//
// `TEST_CHROMIUM` names another Chromium to use, for machines that the package has no build for.
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { inflate } from "@sparticuz/chromium";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";
import * as z from "zod";

const dist = path.join(import.meta.dirname, "../../dist");

/** Nothing of its own leaves the machine: no updates, no metrics, no sync. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the browser. The caller closes it. */
export async function startBrowser(): Promise<Browser> {
  const own = process.env["TEST_CHROMIUM"];
  if (own !== undefined && own !== "") return chromium.launch({ executablePath: own, args: flags });
  const directory = await unpackedChromium();
  return chromium.launch({
    executablePath: path.join(directory, "chromium"),
    args: flags,
    env: {
      ...definedEnvironment(),
      LD_LIBRARY_PATH: path.join(directory, "al2023", "lib"),
      FONTCONFIG_FILE: path.join(directory, "fonts.conf"),
    },
  });
}

/** Unpacks into a directory of its own first, so that a run that is cut off, or one beside this one, leaves nothing half done. */
async function unpackedChromium(): Promise<string> {
  const home = path.dirname(path.dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")));
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(path.join(home, "package.json"), "utf8")));
  const directory = path.join(dist, `chromium-${version}`);
  if (await exists(directory)) return directory;

  await mkdir(dist, { recursive: true });
  const unfinished = await mkdtemp(path.join(dist, "chromium-unfinished-"));
  await inflateInto(
    unfinished,
    ["chromium.br", "fonts.tar.br", "al2023.tar.br"].map((name) => path.join(home, "bin", name)),
  );
  await writeFile(path.join(unfinished, "fonts.conf"), fontsConfiguration(directory));
  // Whoever comes second finds the directory there and uses it.
  await rename(unfinished, directory).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(directory))) throw error;
  });
  return directory;
}

/** The package unpacks into the directory for temporary files, wherever that is at the time. */
async function inflateInto(directory: string, files: readonly string[]): Promise<void> {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = directory;
  try {
    await Promise.all(files.map((file) => inflate(file)));
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

const fontsConfiguration = (directory: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path.join(directory, "fonts")}</dir>
  <cachedir>${path.join(directory, "fonts-cache")}</cachedir>
</fontconfig>
`;

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

const definedEnvironment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
