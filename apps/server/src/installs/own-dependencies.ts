import { join } from "node:path";
import { parseBoundedJson } from "../bounded-json.ts";
import { fileStamp } from "../packages/file-stamp.ts";
import { readSmallFile } from "../packages/read-small-file.ts";
import { isRecord } from "../values.ts";

/** What a package names that no registry has: an address, a folder, a repository. Read before npm sees it. */
export function requireRegistryDependencies(manifest: unknown): void {
  for (const field of ["dependencies", "optionalDependencies", "peerDependencies", "overrides"]) {
    const named = isRecord(manifest) ? manifest[field] : undefined;
    for (const [name, wanted] of Object.entries(isRecord(named) ? named : {}))
      requireRegistrySpec(name, wanted);
  }
}

function requireRegistrySpec(name: string, wanted: unknown): void {
  // Overrides may be nested.
  if (isRecord(wanted))
    return void Object.entries(wanted).map(([inner, one]) => requireRegistrySpec(inner, one));
  if (typeof wanted !== "string" || isOfRegistry(wanted)) return;
  const shown = wanted.length > 100 ? `${wanted.slice(0, 100)}…` : wanted;
  throw new Error(
    `it depends on ${name} from "${shown}", and only packages of the registry are installed: no addresses, folders or repositories.`,
  );
}

/** A version, a range, a tag, or another package's of these (`npm:other@1`). What names a place has a slash or a scheme. */
function isOfRegistry(wanted: string): boolean {
  const alias = /^npm:(?:@[^/@\s]+\/)?[^/@\s]+(?:@(.*))?$/s.exec(wanted);
  const version = alias ? (alias[1] ?? "") : wanted;
  return !/[/\\:]/.test(version) && !version.startsWith("~.") && version !== "." && version !== "..";
}

/**
 * Looks at where npm found what it has installed. npm itself refuses other places since 11.10; what an older one has fetched from
 * there ends the install before anything of it is run.
 */
export async function requireOwnSources(directory: string, registryUrl: string): Promise<void> {
  const file = join(directory, "node_modules/.package-lock.json");
  if (fileStamp(file) === undefined) return; // nothing was installed
  const lock = parseBoundedJson(await readSmallFile(file, 64 * 2 ** 20), 5_000_000);
  const packages = isRecord(lock) && isRecord(lock.packages) ? lock.packages : {};
  const hosts = new Set([new URL(registryUrl).host, "registry.npmjs.org"]); // what mirrors call themselves
  for (const [path, one] of Object.entries(packages)) {
    const { resolved, link, inBundle } = isRecord(one) ? one : {};
    if (inBundle === true && link !== true) continue; // it came with the package that needs it
    const url = typeof resolved === "string" ? URL.parse(resolved) : null;
    if (link !== true && url && /^https?:$/.test(url.protocol) && hosts.has(url.host)) continue;
    if (link !== true && resolved === undefined) continue; // the folder itself
    throw new Error(
      `${path} is from ${url ? `${url.protocol}//${url.host}` : "a folder"}, and only packages of the registry are installed.`,
    );
  }
}
