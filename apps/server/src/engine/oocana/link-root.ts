import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder of {@link linkPackages}. */
export interface LinkRoot {
  path(): Promise<string>;
  remove(): Promise<void>;
}

/** In the data directory, unless that has a comma, at which the engine would split it (oocana-protocol 10, 7.3). */
export function createLinkRoot(dataDirectory: string): LinkRoot {
  const own = join(dataDirectory, "package-links");
  let elsewhere: Promise<string> | undefined;
  return {
    path() {
      if (!own.includes(",")) return Promise.resolve(own);
      elsewhere ??= mkdtemp(join(tmpdir(), "oomol-connect-links-"));
      return elsewhere;
    },
    async remove() {
      const path = await elsewhere?.catch(() => undefined);
      if (path !== undefined) await rm(path, { recursive: true, force: true });
    },
  };
}
