import { describeError } from "../errors/describe-error.ts";
import { UnencodableValueError } from "../errors/unencodable-value-error.ts";
import type { Mainframe } from "../mainframe.ts";
import { createOutbox, type Outbox } from "../outbox.ts";
import { createProgress, type Progress } from "../progress.ts";
import { encodeLeniently, encodeMessage } from "../wire/codec.ts";
import type { BlockOutput, StackLevel } from "../wire/messages.ts";
import { topics } from "../wire/topics.ts";
import { createLimitedLog } from "./limited-log.ts";

export interface JobChannelOptions {
  mainframe: Mainframe;
  sessionId: string;
  jobId: string;
  stacks: readonly StackLevel[];
  /** Gets texts that the user should not see as part of the run: sends after the finish. */
  warnLocally(text: string): void;
  /** Called once, before the finish is sent. */
  beforeFinish?: (() => void) | undefined;
  /** The throttle of progress, in milliseconds. Default 300. */
  progressWindowMs?: number | undefined;
}

/** How a job ends: with an error, with a result, or with neither. */
export type Ending =
  | { error: unknown }
  | { result: Record<string, unknown> | Promise<Record<string, unknown>> }
  | undefined;

/** Everything that one job sends, in order, and its one end. It works before there is a context, so every job can be ended. */
export interface JobChannel {
  readonly outbox: Outbox;
  readonly progress: Progress;
  readonly isFinished: boolean;
  /** Settles when the finish has been taken by the broker, or could not be. */
  readonly whenFinished: Promise<void>;
  setBlockPath(blockPath: string | undefined): void;
  /** To the engine, after the pending progress; a message that cannot be encoded is reported as an error of the block. */
  toEngine(message: object | Promise<object>): Promise<void>;
  /** To observers; never fails because of its content. */
  toObservers(message: object): Promise<void>;
  log(text: string, stdio: "stdout" | "stderr"): Promise<void>;
  /** Hands what was logged to the system before it returns, as far as the mainframe can: the process may be about to die. */
  flush(): void;
  warn(text: string): Promise<void>;
  /** Reports an error without finishing. */
  error(thrown: unknown): Promise<void>;
  /** Exactly one BlockFinished, whatever the ending contains; the first ending wins (oocana-protocol 6.3). */
  finish(ending: Ending): Promise<void>;
}

type Envelope = Required<Pick<BlockOutput, "session_id" | "job_id" | "sequence">>;

/** Creates the channel of one job. */
export function createJobChannel({
  mainframe,
  sessionId,
  jobId,
  stacks,
  warnLocally,
  beforeFinish,
  progressWindowMs,
}: JobChannelOptions): JobChannel {
  const outbox = createOutbox(mainframe);
  const job = { session_id: sessionId, job_id: jobId };
  const sessionTopic = topics.session(sessionId);
  let report: object = { stacks };
  let sequence = 0;
  let isFinished = false;
  let settleFinished = () => {};
  const whenFinished = new Promise<void>((resolve) => {
    settleFinished = resolve;
  });

  const sendProgress = (value: number) => {
    const message = { type: "BlockProgress", progress: value, ...envelope() };
    const sent = outbox.send(sessionTopic, JSON.stringify(message));
    void outbox.send(topics.report, encodeLeniently({ ...report, ...message }));
    return sent;
  };
  const progress = createProgress(sendProgress, (text) => channel.warn(text), progressWindowMs);

  const limitedLog = createLimitedLog({
    send: (text, stdio) => channel.toObservers({ type: "BlockLog", log: text, stdio }),
    sendAtOnce(text, stdio) {
      if (isFinished) return false;
      const message = { ...report, type: "BlockLog", log: text, stdio, ...job, sequence: sequence + 1 };
      const isSent = outbox.sendAtOnce(topics.report, () => encodeLeniently(message));
      if (isSent) sequence += 1;
      return isSent;
    },
    tellDropped: (warning, dropped_characters) =>
      channel.toObservers({ type: "BlockWarning", warning, dropped_characters }),
  });

  const channel: JobChannel = {
    outbox,
    progress,
    get isFinished() {
      return isFinished;
    },
    whenFinished,
    setBlockPath(blockPath) {
      if (blockPath !== undefined) report = { ...report, block_path: blockPath };
    },
    toEngine(message) {
      if (isOver(message)) return Promise.resolve();
      progress.flush();
      const own = envelope();
      if (!(message instanceof Promise)) return outbox.send(sessionTopic, encodeChecked(message, own));
      const encoded = message.then(
        (made) => encodeChecked(made, own),
        (error: unknown) => encodeProblem(error, own),
      );
      return outbox.send(sessionTopic, encoded);
    },
    toObservers(message) {
      if (isOver(message)) return Promise.resolve();
      return outbox.send(topics.report, encodeLeniently({ ...report, ...message, ...envelope() }));
    },
    log(text, stdio) {
      const sent = limitedLog.log(text, stdio);
      mainframe.flush?.();
      return sent;
    },
    flush() {
      limitedLog.flush();
      mainframe.flush?.();
    },
    warn: (text) => channel.toObservers({ type: "BlockWarning", warning: text }),
    error: (thrown) => channel.toEngine({ type: "BlockError", error: problemOf(thrown) }),
    finish,
  };
  return channel;

  /** The fields of every message of the job; numbered in the order of the calls, which is the order of sending. */
  function envelope(): Envelope {
    limitedLog.flush();
    sequence += 1;
    return { ...job, sequence };
  }

  function encodeChecked(message: object, own: Envelope): string {
    try {
      return encodeMessage({ ...message, ...own });
    } catch (error) {
      return encodeProblem(error, own);
    }
  }

  function encodeProblem(error: unknown, own: Envelope): string {
    return encodeLeniently({ type: "BlockError", error: problemOf(error), ...own });
  }

  function isOver(message: object): boolean {
    if (isFinished) {
      const what = "type" in message ? String(message.type) : "message";
      warnLocally(`Job ${jobId} has finished; its later ${what} is ignored.`);
    }
    return isFinished;
  }

  function finish(ending: Ending): Promise<void> {
    if (isFinished) {
      warnLocally(`Job ${jobId} has already finished; the second finish is ignored.`);
      return Promise.resolve();
    }
    limitedLog.end();
    isFinished = true;
    progress.flush();
    progress.stop();
    beforeFinish?.();
    const sent = outbox.send(sessionTopic, encodeEnding(ending, envelope()));
    sent.then(settleFinished, settleFinished);
    return sent;
  }
}

function encodeEnding(ending: Ending, own: Envelope): string | Promise<string> {
  if (ending === undefined) return encodeFinished({}, own);
  if ("error" in ending) return encodeFailure(problemOf(ending.error), own);
  if (!(ending.result instanceof Promise)) return encodeResult(ending.result, own);
  return ending.result.then(
    (result) => encodeResult(result, own),
    (error: unknown) => encodeFailure(problemOf(error), own),
  );
}

function encodeResult(result: Record<string, unknown>, own: Envelope): string {
  try {
    return encodeFinished({ result }, own);
  } catch (error) {
    return encodeFailure(problemOf(error), own);
  }
}

function encodeFailure(error: string, own: Envelope): string {
  return encodeLeniently({ type: "BlockFinished", error, ...own });
}

function encodeFinished(end: object, own: Envelope): string {
  return encodeMessage({ type: "BlockFinished", ...end, ...own });
}

function problemOf(error: unknown): string {
  return error instanceof UnencodableValueError ? error.message : describeError(error);
}
