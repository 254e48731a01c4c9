import { readFileSync } from "node:fs";
import { join } from "node:path";
import envPaths from "env-paths";
import { UsageError } from "./exit-codes.ts";

export interface Settings {
  baseUrl: string;
  apiToken: string | undefined;
  appletsUrl: string | undefined;
  /** The source of each setting, for `doctor`. */
  sources: { baseUrl: string; apiToken: string };
}

/** Flags that name the server. */
export interface ConnectionFlags {
  baseUrl?: string;
  apiToken?: string;
  apiTokenFile?: string;
  appletsUrl?: string;
}

/** The settings file, JSON `{ "baseUrl", "apiToken", "appletsUrl" }`; `OOMOL_CONNECT_CONFIG` names another. */
export function settingsFile(): string {
  return (
    process.env.OOMOL_CONNECT_CONFIG ?? join(envPaths("oomol-connect", { suffix: "" }).config, "config.json")
  );
}

/** Flags win over the environment, the environment over the file, the file over the default. */
export function resolveSettings(flags: ConnectionFlags): Settings {
  const file = readSettings();
  const baseUrl = first([
    ["--base-url", flags.baseUrl],
    ["OOMOL_CONNECT_BASE_URL", process.env.OOMOL_CONNECT_BASE_URL],
    [settingsFile(), file.baseUrl],
    ["the default", "http://localhost:3000/api"],
  ]);
  const apiToken = first([
    ["--api-token-file", flags.apiTokenFile === undefined ? undefined : readTokenFile(flags.apiTokenFile)],
    ["--api-token", flags.apiToken],
    ["OOMOL_CONNECT_API_TOKEN", process.env.OOMOL_CONNECT_API_TOKEN],
    [settingsFile(), file.apiToken],
    ["nothing", undefined],
  ]);
  const appletsUrl = first([
    ["--applets-url", flags.appletsUrl],
    ["OOMOL_CONNECT_APPLETS_URL", process.env.OOMOL_CONNECT_APPLETS_URL],
    [settingsFile(), file.appletsUrl],
  ]);
  return {
    appletsUrl: appletsUrl.value,
    baseUrl: baseUrl.value ?? "",
    apiToken: apiToken.value,
    sources: { baseUrl: baseUrl.source, apiToken: apiToken.source },
  };
}

/** The first line that is neither blank nor a comment, as servers read such files. */
function readTokenFile(file: string): string {
  let lines: string[];
  try {
    lines = readFileSync(file, "utf8").split(/\r?\n/);
  } catch (error) {
    throw new UsageError(`The token file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
  const token = lines.find((line) => line.trim() !== "" && !line.startsWith("#"))?.trim();
  if (token === undefined) throw new UsageError(`The token file ${file} contains no token.`);
  if (token.startsWith("{")) {
    throw new UsageError(
      `The token file ${file} is one for servers: write the token alone into a file of its own.`,
    );
  }
  return token;
}

function first(candidates: [source: string, value: string | undefined][]) {
  const [source, value] = candidates.find(([, candidate]) => candidate) ?? ["nothing", undefined];
  return { source, value };
}

function readSettings(): ConnectionFlags {
  let text: string;
  try {
    text = readFileSync(settingsFile(), "utf8");
  } catch {
    return {};
  }
  try {
    const { baseUrl, apiToken, appletsUrl } = JSON.parse(text);
    return {
      ...(typeof baseUrl === "string" && { baseUrl }),
      ...(typeof apiToken === "string" && { apiToken }),
      ...(typeof appletsUrl === "string" && { appletsUrl }),
    };
  } catch {
    throw new UsageError(`The settings in ${settingsFile()} are not JSON.`);
  }
}
