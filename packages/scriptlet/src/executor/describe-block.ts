import { resolveCacheDir } from "./cache-dir.ts";
import { createBlockLoader } from "./load-block.ts";

// A program: tells its parent, over their channel, what a block that `defineBlock` made declares. Whatever the block's modules start
// ends with it.

const [dir = "", entry, functionName] = process.argv.slice(2);
const loadBlock = createBlockLoader(resolveCacheDir(process.env));
const answer = await loadBlock({ dir, entry: entry || undefined, functionName }).then(
  (block) => ({ manifest: manifestOf(block) }),
  (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
);
process.send?.(answer, undefined, undefined, () => process.exit());

/** Null for a function that `defineBlock` did not make. */
function manifestOf(block: object): unknown {
  const { manifest } = block as { manifest?: unknown };
  return typeof manifest === "function" ? manifest() : null;
}
