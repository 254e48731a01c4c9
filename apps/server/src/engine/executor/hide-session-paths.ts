import { homedir } from "node:os";
import { publicPath } from "../../packages/public-path.ts";
import type { InstalledBlock } from "../../packages/read-package.ts";
import { createFolderHider, type HiddenFolder } from "../hide-folders.ts";
import { packageParent } from "../package-parent.ts";
import type { Session } from "./open-session.ts";

/** Replaces, in what an event of a block says about what went wrong, folders of this server by what callers see. */
export type HidePaths = <One extends object>(block: InstalledBlock, event: One) => One;

export function createSessionPathHider({ directory }: Session, dataDirectory: string): HidePaths {
  const others: readonly HiddenFolder[] = [
    [directory, "/session"],
    [dataDirectory, "/data"],
    [homedir(), "~"],
  ];
  // Most sessions have nothing to hide.
  const hiders = new Map<string, (text: string) => string>();

  const hiderFor = ({ packageDirectory, packageName: name, packageVersion: version }: InstalledBlock) => {
    const known = hiders.get(packageDirectory);
    if (known !== undefined) return known;
    const parent = packageParent({ directory: packageDirectory, name });
    const own: readonly HiddenFolder[] = [
      [packageDirectory, publicPath({ name, version })],
      [parent, "/packages"],
    ];
    const made = createFolderHider([...own, ...others]);
    hiders.set(packageDirectory, made);
    return made;
  };

  return (block, event) => {
    const { error, warning } = event as { error?: unknown; warning?: unknown };
    const changed: Record<string, string> = {};
    if (typeof error === "string") changed.error = hiderFor(block)(error);
    if (typeof warning === "string") changed.warning = hiderFor(block)(warning);
    return Object.keys(changed).length === 0 ? event : { ...event, ...changed };
  };
}
