import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { resolveCacheDir } from "./executor/cache-dir.ts";

// Before anything large is loaded: the engine waits for readiness.
enableCompileCache(join(resolveCacheDir(process.env), "compiled"));

const { runExecutor } = await import("./executor/run-executor.ts");
await runExecutor(process.argv.slice(2));
