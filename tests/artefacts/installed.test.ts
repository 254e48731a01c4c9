import { type ExecFileException, execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publishedPackages, root } from "../test/helpers/published-packages.ts";
import { temporaryDirectory } from "../test/helpers/temporary-directory.ts";
import { installNode } from "./install-node.ts";
import { publishToLocalRegistry } from "./local-registry.ts";

let registry: Awaited<ReturnType<typeof publishToLocalRegistry>>;
const nodes = temporaryDirectory();
const bin = (name: string) => join(root, "tests/node_modules/.bin", name);
// What this machine has of other registries will do; ours is new to every cache, by its port.
const npmArgs = ["install", "--engine-strict", "--prefer-offline", "--no-audit", "--no-fund"];
// The server asks for more than the others do, and all are installed together here.
const oldest = oldestOf("@oomol/connect-server");

beforeAll(async () => {
  registry = await publishToLocalRegistry();
});
afterAll(() => {
  registry?.[Symbol.dispose]();
  nodes.remove();
});

test.each<[title: string, manager: string, args: string[], nodeVersion?: string]>([
  ["npm", "npm", npmArgs],
  ["pnpm", "pnpm", ["install", "--ignore-workspace", "--prefer-offline"]],
  ["yarn", bin("yarn"), ["install"]],
  ["bun", bin("bun"), ["install"]],
  [`npm, on Node.js ${oldest}`, "npm", npmArgs, oldest],
  ["npm, on Node.js 24", "npm", npmArgs, "24"],
])("what %s installs compiles and runs, imported and required", async (_, manager, args, nodeVersion) => {
  const directory = temporaryDirectory();
  try {
    const node = nodeVersion === undefined ? process.execPath : installNode(nodes.path, nodeVersion);
    const project = join(directory.path, "project");
    cpSync(join(root, "tests/artefacts/project"), project, { recursive: true });
    writeSettings(project, registry.url);
    const run = (program: string, programArgs: readonly string[]) =>
      runIn(project, node, program, programArgs);
    await run(manager, args);
    for (const { name } of publishedPackages())
      expect(existsSync(join(project, "node_modules", name, "LICENSE")), name).toBe(true);
    expect(await run("node", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"])).toBe("");
    expect(await run("node", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.bundler.json"])).toBe("");
    expect(await run("node", ["out/use.js"])).toBe("used");
    expect(await run("node", ["out/use-commonjs.cjs"])).toBe("used");
  } finally {
    directory.remove();
  }
});

/** The lowest version that a package's `engines` let in. */
function oldestOf(name: string): string {
  const { manifest } = publishedPackages().find((one) => one.name === name) ?? {};
  const { node = "" } = (manifest?.engines ?? {}) as { node?: string };
  const [, version] = /^>=(\d+\.\d+)$/.exec(node) ?? [];
  if (version === undefined) throw new Error(`The engines of ${name} say "${node}", not ">=MAJOR.MINOR".`);
  return `${version}.0`;
}

/** Our packages come from the local registry, everything else from where this machine gets it. */
function writeSettings(project: string, url: string): void {
  const own = Object.fromEntries(publishedPackages().map(({ name, manifest }) => [name, manifest.version]));
  const others = Object.fromEntries(
    ["typescript", "@types/node", "zod"].map((name) => [name, pinnedVersion(name)]),
  );
  const manifest = { name: "project", private: true, type: "module", dependencies: { ...own, ...others } };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(project, ".npmrc"), `@oomol:registry=${url}/\n`);
  const usual = execFileSync("npm", ["config", "get", "registry"]).toString().trim();
  const yarn = {
    nodeLinker: "node-modules",
    npmRegistryServer: usual,
    npmScopes: { oomol: { npmRegistryServer: url } },
    unsafeHttpWhitelist: ["127.0.0.1"],
    // What was published a moment ago is what is tried.
    npmMinimalAgeGate: 0,
    npmPreapprovedPackages: ["@oomol/*"],
    // What yarn remembers of a registry it finds again by the host alone, and each of ours has another port.
    globalFolder: join(project, ".yarn-global"),
    enableGlobalCache: false,
    enableTelemetry: false,
    enableImmutableInstalls: false,
  };
  writeFileSync(join(project, ".yarnrc.yml"), JSON.stringify(yarn));
  writeFileSync(join(project, "yarn.lock"), "");
}

/** As the workspace pins it. */
function pinnedVersion(name: string): string {
  const manifest = readFileSync(join(root, "tests/node_modules", name, "package.json"), "utf8");
  return JSON.parse(manifest).version;
}

/** Runs a program with that Node.js first on the `PATH`; what it prints, or an error with all that it said. */
async function runIn(cwd: string, node: string, program: string, args: readonly string[]): Promise<string> {
  const path = [dirname(node), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, CI: "1", NODE_OPTIONS: "" };
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env });
    return stdout;
  } catch (failure) {
    const { stdout, stderr, message } = failure as ExecFileException;
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}
