import { randomUUID } from "node:crypto";
import { setImmediate as breathe } from "node:timers/promises";
import { topics } from "@oomol/scriptlet/wire";
import type { ExecutorChannel } from "../../broker/executor-channel.ts";
import type { SessionMessage } from "../../broker/session-message.ts";
import { JsonText } from "../../json-text.ts";
import type { InstalledBlock } from "../../packages/read-package.ts";
import type { ExecutorExit } from "../../processes/executor-process.ts";
import { isRecord, messageOf } from "../../values.ts";
import { authorTraceback } from "../author-traceback.ts";
import { followSignal } from "../follow-signal.ts";
import { blockInputs, blockPayload } from "./block-messages.ts";
import type { Job, JobFinish } from "./job.ts";
import type { Executor, ExecutorFailure } from "./start-executor.ts";

/** A new job id, safe inside a topic. */
export const newJobId = (): string => randomUUID();

/**
 * Runs one block on an executor to its BlockFinished (oocana-protocol 2.6), or to the end of the executor; aborted, it
 * ends at once with the signal's reason as its error. Never rejects.
 */
export function runOnExecutor(executor: Executor, job: Job, signal: AbortSignal): Promise<JobFinish> {
  const over = followSignal(signal);
  let stopListening = () => {};
  const failed = new Promise<ExecutorFailure>((resolve) => {
    stopListening = executor.onFailed(resolve);
  }).then(async (failure) => {
    // It may be the job's end what is still read of what it said.
    await executor.place.room.whenRead();
    await breathe();
    return "exit" in failure
      ? describeExit(job.block, failure.exit, executor.output.lastWords())
      : { error: messageOf(failure.notReady) };
  });
  return Promise.race([exchange(executor, job, over.signal), failed]).finally(() => {
    stopListening();
    over.abort(hasEnded);
    over[Symbol.dispose]();
  });
}

/** A reason of its own spares the making of an exception each time. */
const hasEnded = "the job has ended";

function exchange(executor: Executor, job: Job, signal: AbortSignal): Promise<JobFinish> {
  return new Promise((resolve) => {
    const { id, block, inputs } = job;
    const { id: sessionId, room } = executor.place;
    const topic = topics.runBlock(block.executor.name);
    const offer = () => room.publish(topic, blockPayload(executor, job));
    const offers = new AbortController();
    let isAccepted = false;
    let stopReading = () => {};

    const readOutput = () => {
      stopReading = executor.output.listen(({ stdio, text }) =>
        job.onEvent({ type: "BlockLog", session_id: sessionId, job_id: id, log: text, stdio }),
      );
    };

    /** What waits in the channel is read as soon as the executor can. */
    const hand = (channel: ExecutorChannel) => {
      readOutput();
      channel.send(topic, blockPayload(executor, job));
      channel.send(topics.inputs(sessionId, id), blockInputs(sessionId, job, inputs));
      if (job.endsSession && executor.canMove) channel.endSessionAfter(sessionId, id);
    };

    const startOffering = () => {
      if (offers.signal.aborted) return;
      offer();
      const resend = setInterval(offer, resendMs);
      // The executor for Python says that it is ready before it listens for blocks.
      const stopListening = room.onSubscribed(topic, offer);
      offers.signal.addEventListener("abort", () => {
        clearInterval(resend);
        stopListening();
      });
    };

    const giveInputs = () => {
      // What another executor prints before is about itself; ours may print while it loads the block.
      if (!executor.channel && !isAccepted) readOutput();
      offers.abort(hasEnded);
      // Inputs are delivered once; a second BlockReady gets null, as the engine does.
      const given = isAccepted ? null : inputs;
      isAccepted = true;
      room.deliver(topics.inputs(sessionId, id), blockInputs(sessionId, job, given));
    };

    const handleRequest = (request: SessionMessage) => {
      if (request.action !== "Preview") return job.onRequest(request);
      // A request in form alone (oocana-protocol 2.4).
      const { payload = null } = request;
      job.onEvent({ type: "BlockPreview", session_id: sessionId, job_id: id, payload });
    };

    const handle = (message: SessionMessage) => {
      if (message.job_id !== id) return;
      if (message.type === "BlockReady") {
        giveInputs();
      } else if (message.type === "BlockRequest") {
        handleRequest(message);
      } else if (message.type === "BlockFinished") {
        job.onEnding?.();
        // What has been printed before is in the pipes by now: they are read in this turn of the event loop.
        setImmediate(finish, readFinish(message, block.executor.name));
      } else if (isReportOf(message)) {
        // It tells copies apart, which a broker in this process never makes.
        const { sequence: _, ...event } = message;
        job.onEvent(withStdio(event));
      }
    };

    const finish = (finished: JobFinish) => {
      executor.output.flush();
      stopReading();
      offers.abort(hasEnded);
      stopListening();
      signal.removeEventListener("abort", cancel);
      resolve(finished);
    };
    const cancel = () => finish({ error: messageOf(signal.reason) });
    const stopListening = room.listen(handle);
    signal.addEventListener("abort", cancel);
    if (signal.aborted) cancel();
    else if (executor.channel) hand(executor.channel);
    else void executor.ready.then(startOffering, () => undefined);
  });
}

const resendMs = 3_000;

/** The executor for Python says `"stderr": "stderr"` (oocana-protocol 9.4). */
function withStdio(event: SessionMessage): SessionMessage {
  if (event.type !== "BlockLog" || "stdio" in event) return event;
  const { stderr, stdout: _, ...others } = event;
  return { ...others, stdio: stderr === undefined ? "stdout" : "stderr" } as SessionMessage;
}

/** Progress travels twice: for flows on the session's topic, without stacks, and for people on `report`. */
function isReportOf(message: SessionMessage): boolean {
  return message.type !== "BlockProgress" || "stacks" in message;
}

function readFinish(message: SessionMessage, executorName: string): JobFinish {
  const { error, result } = message;
  if (typeof error === "string") return { error: executorName === "python" ? authorTraceback(error) : error };
  if (result instanceof JsonText ? result.isObject : isRecord(result)) return { result } as JobFinish;
  if (result == null && error == null) return {};
  // The real engine drops such a message and waits forever.
  return { error: "The executor finished the block with a result that cannot be read." };
}

function describeExit(
  block: InstalledBlock,
  { code, spawnError }: ExecutorExit,
  lastWords: string,
): JobFinish {
  const program = `${block.executor.name}-executor`;
  if (spawnError) return { error: `Failed to spawn ${program}. ${spawnError.message}` };
  const said = lastWords === "" ? "" : `\n${lastWords}`;
  return { error: `Executor ${program} exit with code ${code}${said}` };
}
