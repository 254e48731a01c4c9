import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutorArguments } from "../parse-executor-arguments.ts";
import type { ServiceStart } from "./launch-service.ts";
import { formatServiceArguments } from "./parse-service-arguments.ts";

/**
 * Starts a service as a process of this same program; settles with how it ended. A service of the session ends with it; a global
 * one is independent.
 */
export function startService(
  { serviceHash, sessionId }: ServiceStart,
  program: URL,
  { address, sessionDir }: ExecutorArguments,
): Promise<string> {
  const isGlobal = sessionId === undefined;
  const own = formatServiceArguments({ address, sessionDir: resolve(sessionDir), serviceHash, sessionId });
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(program), ...own], {
    // An array, not a shell's line: nothing in it is parsed as a command (oocana-protocol 9.2 #37).
    stdio: isGlobal ? "ignore" : ["ignore", "inherit", "inherit"],
    detached: isGlobal,
  });
  child.unref();
  return new Promise((settle) => {
    child.once("error", (error) => settle(error.message));
    child.once("exit", (code, signal) => settle(code === null ? `signal ${signal}` : `code ${code}`));
  });
}
