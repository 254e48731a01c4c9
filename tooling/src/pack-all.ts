// `pnpm pack:all [--out DIR]`: every package as it would be published, as tarballs in one folder that npm installs.
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

interface Packed {
  name: string;
  version: string;
  directory: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "tarballs") } } });
const out = resolve(values.out);

const packages = globSync("{packages,apps}/*/package.json", { cwd: root }).flatMap(readPublished);
const versions = new Set(packages.map(({ version }) => version));
if (versions.size !== 1)
  throw new Error(
    `The packages have several versions (${[...versions].join(", ")}): they need each other's.`,
  );

mkdirSync(out, { recursive: true });
// Of another version, a tarball would be installed beside the new ones.
for (const old of globSync("oomol-*.tgz", { cwd: out })) rmSync(join(out, old));
for (const { name, directory } of packages)
  console.log(`${name}: ${relative(process.cwd(), pack(directory))}`);
console.log(`Install all of them in a project: npm install ${join(out, "*.tgz")}`);

function readPublished(file: string): Packed[] {
  const path = join(root, file);
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  if (manifest.private) return [];
  return [{ name: manifest.name, version: manifest.version, directory: dirname(path) }];
}

/** pnpm writes versions where the workspace has `workspace:*`. */
function pack(directory: string): string {
  const output = execFileSync("pnpm", ["pack", "--json", "--pack-destination", out], {
    cwd: directory,
    shell: process.platform === "win32", // a .cmd file there
  });
  return JSON.parse(output.toString()).filename;
}
