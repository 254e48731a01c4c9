import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutorArguments } from "../parse-executor-arguments.ts";
import type { StartService } from "./launch-service.ts";
import { formatServiceArguments } from "./parse-service-arguments.ts";

/** Starts services as processes of this same program. Those of the session end with it; global ones stand on their own. */
export function serviceStarter(program: URL, { address, sessionDir }: ExecutorArguments): StartService {
  return ({ serviceHash, sessionId }) => {
    const isGlobal = sessionId === undefined;
    const own = formatServiceArguments({ address, sessionDir: resolve(sessionDir), serviceHash, sessionId });
    const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(program), ...own], {
      // An array, not a shell's line: nothing in it is read as a command (9.2 #37).
      stdio: isGlobal ? "ignore" : ["ignore", "inherit", "inherit"],
      detached: isGlobal,
    });
    child.unref();
    return new Promise((settle) => {
      child.once("error", (error) => settle(error.message));
      child.once("exit", (code, signal) => settle(code === null ? `signal ${signal}` : `code ${code}`));
    });
  };
}
