import type { PackageProblem } from "@oomol/connect-node";
import { findProgram } from "@oomol/connect-shared/find-program";
import { connect } from "../connection.ts";
import { exitCodeOf } from "../exit-code-of.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ConnectionFlags, resolveSettings, type Settings } from "../settings.ts";

/** One finding. */
export interface Finding {
  what: string;
  /** `missing` keeps nothing from working. */
  state: "fine" | "missing" | "wrong";
  seen: string;
  /** What to do, or null if there is nothing to do. */
  advice: string | null;
}

/** All findings, and the exit code of the worst. They contain no part of a token. */
export async function findProblems(
  flags: ConnectionFlags,
): Promise<{ findings: Finding[]; exitCode: number | undefined }> {
  const node: Finding = { what: "Node.js", state: "fine", seen: process.version, advice: null };
  const programs = await Promise.all([
    lookFor("python-executor", "runs Python blocks of a local server"),
    lookFor("oocana", "runs flows on a local server"),
  ]);
  let settings: Settings;
  try {
    settings = resolveSettings(flags);
  } catch (failure) {
    const advice = "Repair the file, or delete it and use flags or the environment.";
    const wrong: Finding = { what: "settings", state: "wrong", seen: messageOf(failure), advice };
    return { findings: [node, wrong, ...programs], exitCode: exitCodes.usage };
  }
  const { baseUrl, apiToken, sources } = settings;
  const server = await askServer(flags, settings);
  const findings: Finding[] = [
    node,
    {
      what: "address",
      state: "fine",
      seen: `${withoutSecrets(baseUrl)}, from ${sources.baseUrl}`,
      advice: null,
    },
    {
      what: "token",
      state: apiToken ? "fine" : "missing",
      seen: apiToken ? `given, from ${sources.apiToken}` : "none",
      advice: null,
    },
    server.finding,
    ...server.packages,
    ...programs,
  ];
  return { findings, exitCode: server.exitCode };
}

async function askServer(
  flags: ConnectionFlags,
  { apiToken }: Settings,
): Promise<{ finding: Finding; packages: Finding[]; exitCode?: number }> {
  try {
    await using client = await connect(flags);
    const { blocks } = await client.blocks.list({ timeoutMs: 5_000 });
    const seen = `answers, with ${blocks.length} ${blocks.length === 1 ? "block" : "blocks"}`;
    const { problems = [] } = await client.packages.list({ timeoutMs: 5_000 });
    return {
      finding: { what: "server", state: "fine", seen, advice: null },
      packages: problems.map(findingOf),
    };
  } catch (failure) {
    const advice = await adviseOn(failure, apiToken !== undefined);
    return {
      finding: { what: "server", state: "wrong", seen: messageOf(failure), advice },
      packages: [],
      exitCode: exitCodeOf(failure),
    };
  }
}

/** The server works nevertheless; it is for whoever keeps the package. */
function findingOf({ path, message }: PackageProblem): Finding {
  return { what: "package", state: "missing", seen: `${path}: ${message}`, advice: null };
}

async function adviseOn(failure: unknown, hasToken: boolean): Promise<string> {
  const { ApiError, InvalidInputError, UnexpectedResponseError } = await import("@oomol/connect-node");
  if (failure instanceof InvalidInputError) return "Give a whole address, such as http://localhost:3000/api.";
  if (failure instanceof ApiError && [401, 403].includes(failure.status)) {
    return hasToken
      ? "The server refuses this token. Ask its operator for one, and set OOMOL_CONNECT_API_TOKEN to it."
      : "The server needs a token: set OOMOL_CONNECT_API_TOKEN, or pass --api-token-file.";
  }
  if (failure instanceof UnexpectedResponseError || failure instanceof ApiError) {
    return "Another program may listen at this address: that of a Connect server usually ends in /api.";
  }
  return "Start one with `oomol-connect serve --packages DIR`, or name another with --base-url.";
}

async function lookFor(name: string, purpose: string): Promise<Finding> {
  const file = await findProgram(name);
  if (file) return { what: name, state: "fine", seen: file, advice: null };
  return { what: name, state: "missing", seen: `not on the PATH; it ${purpose}`, advice: null };
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

/** The address may contain a user and a password; the client refuses such an address, and this output must not show it. */
function withoutSecrets(address: string): string {
  return address.replace(/\/\/[^/@]*@/, "//…@").replace(/\?.*$/s, "");
}
