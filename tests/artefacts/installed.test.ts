import { type ExecFileException, execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publishedPackages, root } from "../test/helpers/published-packages.ts";
import { temporaryDirectory } from "../test/helpers/temporary-directory.ts";
import { publishToLocalRegistry } from "./local-registry.ts";

let registry: Awaited<ReturnType<typeof publishToLocalRegistry>>;
const bin = (name: string) => join(root, "tests/node_modules/.bin", name);
// The program itself: the script of `.bin` would take the signals that are meant for what it starts.
const node22 = join(root, "tests/node22/node_modules/node22/bin/node");

beforeAll(async () => {
  registry = await publishToLocalRegistry();
});
afterAll(() => registry?.[Symbol.dispose]());

test.each<[string, string, string[], string]>([
  ["npm", "npm", ["install", "--no-audit", "--no-fund"], process.execPath],
  ["pnpm", "pnpm", ["install", "--ignore-workspace"], process.execPath],
  ["yarn", bin("yarn"), ["install"], process.execPath],
  ["bun", bin("bun"), ["install"], process.execPath],
  ["npm, on Node.js 22", "npm", ["install", "--no-audit", "--no-fund"], node22],
])("what %s installs compiles and runs, imported and required", async (_, manager, args, node) => {
  const directory = temporaryDirectory();
  try {
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
