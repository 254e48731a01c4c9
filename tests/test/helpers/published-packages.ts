import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface PublishedPackage {
  name: string;
  directory: string;
  manifest: Record<string, unknown> & { exports?: Record<string, unknown>; files: string[] };
}

/** Every workspace package that goes to the registry. */
export function publishedPackages(): PublishedPackage[] {
  return ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((folder) => {
      const directory = join(root, group, folder);
      try {
        const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
        return manifest.private ? [] : [{ name: manifest.name, directory, manifest }];
      } catch {
        return [];
      }
    }),
  );
}
