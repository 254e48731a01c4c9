import { fileURLToPath } from "node:url";
import type { InstalledBlock } from "../../packages/read-package.ts";

/** Lies beside this module, as source and as built. */
const entry = import.meta.url.endsWith(".ts") ? "shell-block.ts" : "shell-block.js";

/**
 * A block as an executor runs it. The engine runs `shell` itself (oocana-protocol 1.1); here a block of ours does, so that what the
 * command starts is limited, confined and ended as any other block.
 */
export function asExecuted(block: InstalledBlock): InstalledBlock {
  if (block.executor.name !== "shell") return block;
  return {
    ...block,
    directory: fileURLToPath(new URL(".", import.meta.url)),
    executor: { name: "nodejs", options: { entry, spawn: false } },
  };
}
