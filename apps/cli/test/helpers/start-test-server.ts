import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { startLocalServer } from "../../src/start-local-server.ts";
import { blocksDirectory, cliFile, type Outcome, runProgram } from "./run-program.ts";

export interface TestServer extends AsyncDisposable {
  baseUrl: string;
  /** For files of the test; removed with the server. */
  directory: string;
  /** Runs the command against this server. */
  cli(...args: string[]): Promise<Outcome>;
}

/** The real server with our own blocks, in a process of its own. */
export async function startTestServer(flags: readonly string[] = []): Promise<TestServer> {
  const folder = await createTemporaryFolder();
  const data = folder.file("data");
  const server = await startLocalServer(["--packages", blocksDirectory, "--data", data, ...flags]);
  return {
    baseUrl: server.baseUrl,
    directory: folder.path,
    cli: (command, ...args) => runProgram(cliFile, [command ?? "", "--base-url", server.baseUrl, ...args]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
