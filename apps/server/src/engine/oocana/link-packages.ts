import { randomUUID } from "node:crypto";
import { mkdir, readlink, rename, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { InstalledPackage } from "../../packages/read-package.ts";

/** Where the engine finds packages by name, and what callers see instead of it. */
export interface PackagePlace {
  directory: string;
  name: string;
  version: string;
}

/**
 * The places at which the engine finds each package. It goes by the names of folders (oocana-protocol 7.3), so a package whose
 * folder is called otherwise gets a link `NAME-VERSION` inside of `folder`.
 */
export async function linkPackages(
  folder: string,
  packages: readonly InstalledPackage[],
): Promise<PackagePlace[]> {
  return Promise.all(
    packages.map(async ({ directory, name, version }) => {
      const path = directory.replaceAll("\\", "/");
      if ([name, `${name}-${version}`].some((called) => path.endsWith(`/${called}`))) {
        return { directory, name, version };
      }
      const link = join(folder, `${name}-${version}`);
      await pointTo(link, directory);
      return { directory: link, name, version };
    }),
  );
}

/** In one step: a flow that runs now may look it up. */
async function pointTo(link: string, directory: string): Promise<void> {
  if ((await readlink(link).catch(() => undefined)) === directory) return;
  await mkdir(dirname(link), { recursive: true });
  const fresh = join(dirname(link), randomUUID());
  await symlink(directory, fresh, "junction");
  await rename(fresh, link);
}
