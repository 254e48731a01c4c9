import { fileURLToPath } from "node:url";
import { startProgram } from "./start-program.ts";

/** The task server in a process of its own, so that what is measured is the client alone. */
export async function startTaskServer(): Promise<AsyncDisposable & { baseUrl: string }> {
  const program = await startProgram(fileURLToPath(new URL("./task-server.ts", import.meta.url)));
  return { baseUrl: program.url, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
