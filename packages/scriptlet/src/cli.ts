import { runExecutor } from "./executor/run-executor.ts";

await runExecutor(process.argv.slice(2));
