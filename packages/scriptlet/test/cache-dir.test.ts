import { chmod, chown, lstat, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSession } from "./helpers/open-session.ts";
import { createWorkspace, type Workspace } from "./helpers/workspace.ts";

/** Says which folders among temporary files hold builds, its own among them. */
const sources = {
  "where.ts": `import { readdirSync } from "node:fs";
    import { tmpdir } from "node:os";
    import { dirname } from "node:path";
    const builds = readdirSync(tmpdir(), { recursive: true }).map(String).filter((name) => name.endsWith(".build"));
    export default () => ({ value: builds.map((build) => dirname(build)) });`,
};
const shared = `oomol-scriptlet-${process.getuid?.() ?? "user"}`;

test("without a cache folder that can be written, builds are kept in a private one among temporary files", async () => {
  await using temporary = await createWorkspace();
  expect(await runWithoutCache(temporary)).toEqual([shared]);
  expect(await readdir(temporary.path)).toEqual([shared]);
  expect((await lstat(join(temporary.path, shared))).mode & 0o777).toBe(0o700);
});

/** What another user may leave under the name before the first executor starts. */
const traps: [what: string, set: (path: string) => Promise<void>][] = [
  ["a folder that everybody can write", (path) => mkdir(path).then(() => chmod(path, 0o777))],
  ["a link to a folder", (path) => mkdir(`${path}-target`).then(() => symlink(`${path}-target`, path))],
];
// Only root can give a folder away.
if (process.getuid?.() === 0) {
  traps.push(["another user's folder", (path) => mkdir(path).then(() => chown(path, 65_534, 65_534))]);
}

test.skipIf(process.platform === "win32").each(traps)(
  "%s among temporary files is not used for builds",
  async (_, set) => {
    await using temporary = await createWorkspace();
    await set(join(temporary.path, shared));
    const before = await readdir(temporary.path, { recursive: true });
    const own = expect.stringMatching(new RegExp(`^${shared}-[a-zA-Z0-9]{6}$`));
    expect(await runWithoutCache(temporary)).toEqual([own]);
    // Nothing of the process's own is left either.
    expect(await readdir(temporary.path, { recursive: true })).toEqual(before);
  },
);

/** The folders where an executor, which has left since, kept the build of a block. */
async function runWithoutCache(temporary: Workspace): Promise<unknown> {
  const env = { OOMOL_SCRIPTLET_CACHE_DIR: "/dev/null/cache", TMPDIR: temporary.path, TEMP: temporary.path };
  await using session = await openSession(sources, { env });
  const { finish } = await session.engine.run({
    dir: session.workspace.path,
    entry: "where.ts",
    outputs: ["value"],
  });
  await session.engine.finishSession();
  expect(await session.executor.exited).toEqual({ code: 0, signal: null });
  return (finish.result as { value: string }).value;
}
