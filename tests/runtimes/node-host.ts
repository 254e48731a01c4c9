// Runs the suite with the client for Node.js in a process of Node.js, Bun or Deno, and ends when nothing is left to do.
import { nodeChecks } from "./node-suite.ts";
import { runSuite } from "./suite.ts";

process.stdout.write(`${JSON.stringify(await runSuite(process.argv.at(-1) ?? "", nodeChecks))}\n`);
