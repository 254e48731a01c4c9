import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The token for a registry: `OOMOL_CONNECT_REGISTRY_TOKEN`, otherwise what npm's own settings (`~/.npmrc`) have for this
 * very registry, a `${VARIABLE}` in it filled in.
 */
export function findRegistryToken(registryUrl: string, environment: NodeJS.ProcessEnv): string | undefined {
  const { OOMOL_CONNECT_REGISTRY_TOKEN } = environment;
  if (OOMOL_CONNECT_REGISTRY_TOKEN) return OOMOL_CONNECT_REGISTRY_TOKEN;
  const key = `${tokenKey(registryUrl)}=`;
  const lines = readNpmSettings(environment).map((line) => line.replace(/\s*=\s*/, "=").trim());
  const value = lines.find((line) => line.startsWith(key))?.slice(key.length);
  const filled = value?.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => environment[name] ?? "");
  return filled || undefined;
}

/** npm's name for the token of a registry, which is sent nowhere else: `//registry.example/:_authToken`. */
export function tokenKey(registryUrl: string): string {
  const { host, pathname } = new URL(registryUrl);
  return `//${host}${pathname.endsWith("/") ? pathname : `${pathname}/`}:_authToken`;
}

/** The lines of npm's own settings; none if there are none. */
export function readNpmSettings({ NPM_CONFIG_USERCONFIG }: NodeJS.ProcessEnv): string[] {
  try {
    return readFileSync(NPM_CONFIG_USERCONFIG ?? join(homedir(), ".npmrc"), "utf8").split(/\r?\n/);
  } catch {
    return [];
  }
}
