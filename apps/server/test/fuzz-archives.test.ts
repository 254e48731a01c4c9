import { lstat, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { AsyncDisposableStack } from "@oomol/test-helpers/async-disposable-stack";
import fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import { installPackage } from "../src/installs/install-package.ts";
import { createRegistry } from "../src/installs/registry.ts";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { openScriptedRegistry } from "./open-scripted-registry.ts";
import { makeDataDirectory } from "./open-test-server.ts";
import { paxHeader, type TarEntry, tarArchive } from "./tar-archive.ts";

// Bounded and seeded: what failed once fails again.
const settings = { seed: 20_261_122, numRuns: 40 };

/** Installs archives from a real registry into folders of their own, beside a folder that is none of their business. */
async function openInstaller() {
  await using resources = new AsyncDisposableStack();
  const registry = resources.use(await openScriptedRegistry());
  const data = resources.use(await makeDataDirectory());
  const within = (name: string) => join(data.path, name);
  const packagesDirectory = within("packages");
  await mkdir(within("outside"));
  await writeFile(within("outside/secret.txt"), "untouched");
  const catalog = createPackageCatalog([packagesDirectory], pino({ enabled: false }));
  const stagingDirectory = within("staging");
  const parts = {
    registry: createRegistry(registry.url, undefined),
    catalog,
    packagesDirectory,
    stagingDirectory,
    installLimitBytes: 100 * 2 ** 20,
    npm: { cacheDirectory: within("cache"), allowScripts: false },
  };
  let installs = 0;
  const kept = resources.move();
  return {
    outside: within("outside"),
    /** Undefined where it worked. `make` is told the package's name; nothing else in the world may have changed. */
    async install(make: (name: string) => Buffer): Promise<unknown> {
      installs += 1;
      const name = `p${installs}`;
      registry.serve(name, make(name));
      const wanted = { name, version: "1.0.0" };
      const before = await namesIn(packagesDirectory);
      const failure = await installPackage(parts, wanted, new AbortController().signal).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const added = failure === undefined ? [`${name}-1.0.0`] : [];
      expect(new Set(await namesIn(packagesDirectory))).toEqual(new Set([...before, ...added]));
      expect(await namesIn(stagingDirectory)).toEqual([]);
      expect(await namesIn(within("outside"))).toEqual(["secret.txt"]);
      expect(await readFile(within("outside/secret.txt"), "utf8")).toBe("untouched");
      const known = ["cache", "outside", "packages", "staging"];
      expect((await namesIn(data.path)).filter((entry) => !known.includes(entry))).toEqual([]);
      return failure;
    },
    /** What the last install has made, and takes it away again. */
    async takeInstalled(): Promise<{ path: string; isPlain: boolean; modeBits: number }[]> {
      const folder = join(packagesDirectory, `p${installs}-1.0.0`);
      const entries = await readdir(folder, { withFileTypes: true, recursive: true });
      const files = await Promise.all(
        entries.map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          const isPlain = entry.isFile() || entry.isDirectory();
          return { path: relative(folder, path), isPlain, modeBits: (await lstat(path)).mode & 0o7000 };
        }),
      );
      await rm(folder, { recursive: true });
      return files;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Undefined nine times out of ten. */
const rarely = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const namesIn = (folder: string) => readdir(folder).catch(() => []);

function manifestOf(name: string): TarEntry {
  return { name: "package/package.oo.yaml", body: `name: ${name}\nversion: 1.0.0\n` };
}

test("installs an archive that is as it should be", async () => {
  await using installer = await openInstaller();
  const failure = await installer.install((name) =>
    gzipSync(tarArchive([manifestOf(name), { name: "package/deep/er/a.txt", body: "a" }])),
  );
  expect(failure).toBeUndefined();
  const made = await installer.takeInstalled();
  expect(made.map(({ path }) => path).sort()).toEqual([
    "deep",
    "deep/er",
    "deep/er/a.txt",
    "package.oo.yaml",
  ]);
});

test("a file of a package never runs as its owner, whatever its mode says", async () => {
  await using installer = await openInstaller();
  await installer.install((name) =>
    tarArchive([manifestOf(name), { name: "package/run.sh", mode: 0o7777, body: "id" }]),
  );
  expect(await installer.takeInstalled()).toContainEqual({ path: "run.sh", isPlain: true, modeBits: 0 });
});

test("whatever stands in an archive, nothing is written outside of the package's folder, and of a refused one nothing stays", async () => {
  await using installer = await openInstaller();
  const { outside } = installer;
  const segment = fc.constantFrom(
    "..",
    ".",
    "",
    "a",
    "link",
    "package",
    "package.oo.yaml",
    "é",
    "\u202e",
    "C:",
    "\\",
  );
  const path = fc.oneof(
    fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => `package/${segments.join("/")}`),
    fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => segments.join("/")),
    fc.nat({ max: 6 }).map((levels) => `package/${"../".repeat(levels)}outside/secret.txt`),
    fc.constantFrom(outside, `${outside}/secret.txt`, `package/link/secret.txt`, `/${outside}/new`),
    fc.string({ unit: "binary", maxLength: 90 }),
  );
  const entry: fc.Arbitrary<readonly TarEntry[]> = fc
    .record(
      {
        name: path,
        body: fc.string({ maxLength: 600 }),
        type: fc.constantFrom("0", "0", "1", "2", "3", "4", "5", "6", "7", "\0", "g", "L", "K", "x", "Z"),
        linkTo: path,
        mode: fc.constantFrom(0o644, 0, 0o4777, 0o7777),
        claimedBytes: rarely(fc.oneof(fc.nat({ max: 2_000 }), fc.constantFrom(2 ** 30, 8 ** 11 - 1))),
        hasWrongChecksum: rarely(fc.constant(true)),
      },
      { requiredKeys: ["name", "type"] },
    )
    .chain((one) =>
      fc.oneof(
        { weight: 3, arbitrary: fc.constant([one]) },
        fc
          .record({ path, linkpath: path, size: fc.nat().map(String) }, { requiredKeys: [] })
          .map((fields) => [paxHeader(fields), one]),
      ),
    );
  const archive = fc.record({
    before: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(entry, { maxLength: 2 })),
    after: fc.array(entry, { maxLength: 4 }),
    isCompressed: fc.boolean(),
    cutAt: rarely(fc.double({ min: 0, max: 1, noNaN: true })),
    hasManifest: fc.nat({ max: 9 }).map((chance) => chance > 0),
  });
  const usual = { before: [], isCompressed: true, cutAt: undefined, hasManifest: true };
  const leaving = (...entries: TarEntry[]): [typeof usual & { after: TarEntry[][] }] => [
    { ...usual, after: [entries] },
  ];
  const body = "changed";
  const examples = [
    leaving({ name: "package/../../outside/secret.txt", body }),
    leaving({ name: `${outside}/secret.txt`, body }),
    leaving(paxHeader({ path: `package/../../../outside/secret.txt` }), { name: "package/a", body }),
    leaving({ name: "package/link", type: "2", linkTo: outside }, { name: "package/link/secret.txt", body }),
    leaving(
      { name: "package/link", type: "1", linkTo: `${outside}/secret.txt` },
      { name: "package/link", body },
    ),
  ];
  let installed = 0;
  await fc.assert(
    fc.asyncProperty(archive, async ({ before, after, isCompressed, cutAt, hasManifest }) => {
      const failure = await installer.install((name) => {
        const manifest = hasManifest ? [manifestOf(name)] : [];
        const whole = tarArchive([...before.flat(), ...manifest, ...after.flat()]);
        const bytes = isCompressed ? gzipSync(whole) : whole;
        return bytes.subarray(0, Math.floor(bytes.length * (cutAt ?? 1)));
      });
      if (failure !== undefined) return void expect(failure).toBeInstanceOf(Error);
      installed += 1;
      // No link or device that could lead out of it later, nothing that runs as somebody else.
      const made = await installer.takeInstalled();
      expect(made.filter(({ isPlain, modeBits }) => !isPlain || modeBits !== 0)).toEqual([]);
    }),
    { ...settings, examples },
  );
  expect(installed).toBeGreaterThan(0);
});
