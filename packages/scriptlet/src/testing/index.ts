/**
 * Runs a block in memory, through the executor's own code.
 *
 * @module @oomol/scriptlet/testing
 */
export type { BlockEvent } from "./block-event.ts";
export type { BlockRun } from "./block-run.ts";
export { BlockRunTimeoutError } from "./block-run-timeout-error.ts";
export type { BlockTestOptions, TestChild, TestSecret } from "./block-test-options.ts";
export { runBlock } from "./run-block.ts";
