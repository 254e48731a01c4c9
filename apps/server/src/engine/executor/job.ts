import type { StackLevel } from "@oomol/scriptlet/wire";
import type { SessionMessage } from "../../broker/session-message.ts";
import type { JsonText } from "../../json-text.ts";
import type { InstalledBlock } from "../../packages/read-package.ts";
import type { Span } from "../../tracing/tracing.ts";

/** One execution of one block. */
export interface Job {
  id: string;
  block: InstalledBlock;
  /** By handle. */
  inputs: Record<string, unknown> | JsonText;
  /** The blocks that lead to it, outermost first; none for the block that a task runs. */
  stacks: readonly StackLevel[];
  span: Span;
  /** The session is over with it, so that the executor need not be told. */
  endsSession?: boolean;
  /** Called as soon as its executor says that it has ended, before the last of what it has printed is read. */
  onEnding?(): void;
  /** Called with each message about the job that observers are to see, in order. */
  onEvent(message: SessionMessage): void;
  /** Called with each `BlockRequest` of the job that has an answer. */
  onRequest(message: SessionMessage): void;
}

/** How a job ended; `error` wins over `result`. */
export interface JobFinish {
  result?: Record<string, unknown> | JsonText;
  error?: string;
}
