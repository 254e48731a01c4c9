import type { HttpCall } from "../http/http-call.ts";
import type { Task } from "../types.ts";
import type { createTaskAnswerSchema } from "../wire/index.ts";
import type { TaskStream } from "./task-stream.ts";

/** A new task, and the stream of its events if its creation has opened one. */
export interface Created {
  task: Task;
  stream?: TaskStream;
  /** A stream was asked for and did not come through. */
  isSpoiled?: boolean;
}

export type CreationCall = HttpCall<typeof createTaskAnswerSchema> & { signal: AbortSignal };
