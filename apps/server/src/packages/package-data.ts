import { join } from "node:path";

/** Whether data of a package of this name may lie in a folder of the name: it is one folder, or one in that of its scope. */
export function isFolderName(packageName: string): boolean {
  const [, ...parts] = /^(?:(@[^/\\]+)\/)?([^@/\\][^/\\]*)$/.exec(packageName) ?? [];
  // Control characters are in no name that anybody means.
  return (
    parts.length > 0 && parts.every((part) => part !== "." && part !== "..") && !/\p{Cc}/u.test(packageName)
  );
}

/** Where the blocks of a package keep what outlives a task. Throws for a name that leads to a folder of somebody else. */
export function packageDataOf(dataDirectory: string, packageName: string): string {
  if (!isFolderName(packageName))
    throw new Error(`The package name ${JSON.stringify(packageName)} is no name of a folder.`);
  return join(dataDirectory, "package-data", packageName);
}
