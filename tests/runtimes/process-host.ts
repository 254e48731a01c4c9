// Runs the suite in a process of Node.js, Bun or Deno, and ends when nothing is left to do.
import { proxyChecks } from "./proxy-suite.ts";
import { clientChecks, runSuite } from "./suite.ts";

const verdicts = await runSuite(process.argv.at(-1) ?? "", { ...clientChecks, ...proxyChecks });
process.stdout.write(`${JSON.stringify(verdicts)}\n`);
