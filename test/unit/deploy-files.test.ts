// Files that nothing here runs must not drift from what they describe: the image, the compose file and the second Worker's
// configuration. Read as text and by name; whether an engine takes them is another question.
import { spawn } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import { nodeModule } from "../../scripts/build-node.ts";
import { nodeEnvironment, nodeFlags } from "../../scripts/local-node.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import { parseConfig } from "../../src/config/config.ts";
import { SETTING_NAMES } from "../../src/config/settings.ts";

const root = path.join(import.meta.dirname, "..", "..");
const read = (file: string) => readFile(path.join(root, file), "utf8");
const withoutComments = (text: string) => text.replaceAll(/^[ \t]*#.*\n/gm, "");

const dockerfile = withoutComments(await read("deploy/Dockerfile"));
const compose = withoutComments(await read("deploy/compose.yaml"));
const balancer = withoutComments(await read("deploy/nginx.conf"));

/** `NAME=value` lines. */
async function readEnvironment(file: string): Promise<Record<string, string>> {
  const lines = withoutComments(await read(file)).split("\n");
  return Object.fromEntries(lines.filter((line) => line.includes("=")).map((line) => splitAt(line, line.indexOf("="))));
}

const splitAt = (line: string, at: number): [string, string] => [line.slice(0, at), line.slice(at + 1)];

/** What is copied out of this directory. */
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) => files?.split(" ") ?? []);

describe("the image", () => {
  it("copies files that are there, and that the ignore list lets in", async () => {
    expect(copied.length).toBeGreaterThan(5);
    const letIn = (await read("deploy/Dockerfile.dockerignore")).split("\n").filter((line) => line.startsWith("!"));
    for (const file of copied) {
      await access(path.join(root, file));
      const isLetIn = letIn.some((line) => file === line.slice(1) || file.startsWith(`${line.slice(1)}/`));
      expect(isLetIn, file).toBe(true);
    }
  });

  it("starts files that it has, on the Node that the project is tested with", async () => {
    const major = (await read(".nvmrc")).split(".")[0] ?? "";
    expect(/^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1]).toBe(`node:${major}-slim`);
    const started = [...dockerfile.matchAll(/^CMD \["node", (?:"--[^"]+", )*"([^"]+)"\]$/gm)].map(
      ([, file]) => file ?? "",
    );
    expect(started).toEqual(["simulator/server.ts", "dist/node.mjs"]);
    expect(copied).toContain("simulator");
    await access(path.join(root, "simulator/server.ts"));
    // The service is built in the image, from the source as it is there.
    expect(copied).toEqual(
      expect.arrayContaining([
        "src",
        "openapi",
        "openapi.json",
        "assets",
        "scripts/build-assets.ts",
        "scripts/build-node.ts",
      ]),
    );
    expect(dockerfile).toMatch(/^RUN npm run build:node$/m);
    expect(path.relative(root, nodeModule)).toBe("dist/node.mjs");
    expect(dockerfile).toMatch(/^COPY --from=build \/app\/dist \.\/dist$/m);
  });

  it("runs without rights, without development packages and without a secret", () => {
    const stages = dockerfile.split(/^FROM /m).slice(1);
    const running = stages.filter((stage) => stage.includes("\nCMD ["));
    expect(running).toHaveLength(2);
    for (const stage of running) expect(stage).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^RUN npm install --omit=dev /m);
    for (const name of dockerfile.matchAll(/^(?:ENV|ARG) (\w+)/gm)) expect(SETTING_NAMES).not.toContain(name[1]);
  });

  it("is well while the readiness route says so, and not when it does not or nobody answers", async () => {
    const command = /^HEALTHCHECK .*\\\n\s+CMD \["node", "-e", "([^"]+)"\]$/m.exec(dockerfile)?.[1] ?? "";
    let status = 200;
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, answer) => {
      asked.push(url);
      answer.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const check = () =>
      new Promise<number | null>((resolve) => {
        const child = spawn(process.execPath, ["-e", command], { env: { PORT: String(port) }, stdio: "ignore" });
        child.once("close", resolve);
      });
    expect(await check()).toBe(0);
    status = 503;
    expect(await check()).toBe(1);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await check()).toBe(1);
    expect(asked).toEqual(["/readyz", "/readyz"]);
  });
});

describe("the compose file", () => {
  it("names files that are there, by paths from where it is itself", async () => {
    const contexts = [...compose.matchAll(/^ {4}context: (\S+)\n {4}dockerfile: (\S+)\n/gm)];
    expect(contexts).toHaveLength(2);
    for (const [, context = "", image = ""] of contexts) {
      expect(path.join("deploy", context)).toBe(".");
      expect(image).toBe("deploy/Dockerfile");
    }
    const mounted = [...compose.matchAll(/"(\.[^:"]*):\/[^"]*"/g)].map(([, file = ""]) => file);
    expect(mounted).toEqual(["./nginx.conf"]);
    for (const file of mounted) await access(path.join(root, "deploy", file));
    expect(/^ {2}env_file: \["\$\{SETTINGS:-(\S+)\}"\]$/m.exec(compose)?.[1]).toBe("../.env");
  });

  it("sets only settings that exist, and none that is secret", () => {
    const environment = /^ {2}environment:\n((?: {4}.*\n|\n)+)/m.exec(compose)?.[1] ?? "";
    const names = [...environment.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => name);
    expect(names).toEqual(["REDIS_URL", "MAX_REPLICAS", "TRUSTED_PROXIES"]);
    for (const name of names) expect(SETTING_NAMES).toContain(name);
    expect(compose).not.toMatch(/TOKEN|PASSWORD|redis:\/\/\S*@/);
  });

  it("gives the balancer the replicas' addresses, and the replicas the balancer's", () => {
    const addresses = [...compose.matchAll(/^ {2}([\w-]+):\n(?: {4}.*\n)*? {8}ipv4_address: (\S+)$/gm)];
    const addressOf = Object.fromEntries(addresses.map(([, service, address]) => [service, address]));
    const servers = [...balancer.matchAll(/^\s*server (\S+):8787/gm)].map(([, address]) => address);
    expect(servers).toEqual([addressOf["bff-1"], addressOf["bff-2"]]);
    expect(/TRUSTED_PROXIES: (\S+)/.exec(compose)?.[1]).toBe(addressOf["load-balancer"]);
    expect(Number(/MAX_REPLICAS: "(\d+)"/.exec(compose)?.[1])).toBeGreaterThanOrEqual(2 * servers.length);
  });

  it("never lets a client say whose address it has", () => {
    expect(balancer).toMatch(/proxy_set_header X-Forwarded-For \$remote_addr;/);
    expect(balancer).not.toContain("$proxy_add_x_forwarded_for");
  });

  it("gives a drain the time that it may take", () => {
    expect(Number(/stop_grace_period: (\d+)s/.exec(compose)?.[1])).toBeGreaterThan(10);
  });

  it("has demo settings that are the simulator's, and that the service takes", async () => {
    const { COMPOSE_PROFILES, SETTINGS, ...settings } = await readEnvironment("deploy/demo.env");
    expect([COMPOSE_PROFILES, SETTINGS]).toEqual(["demo", "demo.env"]);
    for (const name of Object.keys(settings)) expect(SETTING_NAMES).toContain(name);
    const config = parseConfig({ ...settings, REDIS_URL: "redis://valkey:6379" }, "node");
    if (!config.ok) throw new Error(config.failure.problems.join("\n"));
    expect(config.value).toMatchObject({ cloudflareApiToken: SIMULATOR_TOKEN, accountId: SIMULATOR_ACCOUNT_ID });
    expect([...config.value.apps]).toEqual(createSimulator().apps.map(({ alias, id }) => [alias, id]));
  });
});

describe("the Dockerfile", () => {
  it("starts the service with the flags and the environment it is tested and measured with", () => {
    const command = JSON.stringify(["node", ...nodeFlags, "dist/node.mjs"]).replaceAll(",", ", ");
    expect(dockerfile).toContain(`CMD ${command}`);
    for (const [name, value] of Object.entries(nodeEnvironment)) expect(dockerfile).toContain(`ENV ${name}=${value}\n`);
  });
});

describe("the two configurations of the Worker", () => {
  it("differ in where pages are kept, and in nothing else", () => {
    const configOf = (file: string): Record<string, unknown> => {
      const found: Record<string, unknown> = {
        ...(readWranglerConfig({ config: path.join(root, file) }, { hideWarnings: true }) as object),
      };
      const { assets } = found as { assets: { directory: string } };
      // As it is written, which is relative to the file.
      const directory = path.resolve(root, path.dirname(file), assets.directory);
      return { ...found, assets: { ...assets, directory } };
    };
    const overKv = configOf("wrangler.toml");
    const overRedis = configOf("deploy/wrangler.redis.toml");
    const different = Object.keys({ ...overKv, ...overRedis }).filter(
      (key) => JSON.stringify(overKv[key]) !== JSON.stringify(overRedis[key]),
    );
    const paths = ["configPath", "userConfigPath"];
    expect(different.filter((key) => !paths.includes(key)).sort()).toEqual([
      "compatibility_flags",
      "kv_namespaces",
      "main",
      "secrets",
    ]);
    expect(overRedis).toMatchObject({
      compatibility_flags: ["nodejs_compat"],
      secrets: { required: ["CLOUDFLARE_API_TOKEN", "REDIS_URL"] },
    });
  });
});
