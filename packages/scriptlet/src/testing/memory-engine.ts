import type { Mainframe } from "../mainframe.ts";
import { decodeMessage } from "../wire/codec.ts";
import type { BlockInputs, StackLevel } from "../wire/messages.ts";
import { topics } from "../wire/topics.ts";

type Message = Record<string, unknown>;

/** The knowledge and abilities of an engine in memory. */
export interface MemoryEngineOptions {
  mainframe: Mainframe;
  sessionId: string;
  /** Answers a request, or throws the text of a refusal; undefined is a plain acknowledgement. */
  answer(request: Message): unknown;
}

/** The engine's side of a session, as far as one block and its children need it (oocana-protocol 2.4, 2.6). */
export async function openMemoryEngine({ mainframe, sessionId, answer }: MemoryEngineOptions) {
  const waiting = new Map<string, BlockInputs>();
  const children = new Set<string>();

  await mainframe.subscribe(topics.session(sessionId), (payload) => {
    const message = decodeMessage(payload);
    const jobId = String(message?.job_id);
    if (message?.type === "BlockReady") sendInputs(jobId);
    if (message?.type === "BlockRequest" && message.action !== "Preview") respond(message);
    if (message !== undefined && children.has(jobId)) reportChild(message);
  });

  return {
    /** Holds the inputs until the job is ready. */
    offer(inputs: Omit<BlockInputs, "type" | "session_id">): void {
      waiting.set(inputs.job_id, { type: "BlockInputs", session_id: sessionId, ...inputs });
    },
    /** The job's events also go to observers, as they do for every job of an engine with a reporter (oocana-protocol 2.5). */
    watch: (jobId: string) => void children.add(jobId),
    report,
  };

  function sendInputs(jobId: string): void {
    const inputs = waiting.get(jobId);
    waiting.delete(jobId);
    if (inputs !== undefined) send(topics.inputs(sessionId, jobId), inputs);
  }

  function respond(request: Message): void {
    const { job_id, request_id, action } = request;
    const envelope = { session_id: sessionId, job_id, request_id };
    const topic = topics.response(sessionId, String(request_id));
    try {
      const result = answer(request);
      // A block that started gets no answer; its events are the answer.
      if (action !== "RunBlock") send(topic, { ...envelope, ...(result !== undefined && { result }) });
    } catch (error) {
      send(topic, { ...envelope, error: error instanceof Error ? error.message : String(error) });
    }
  }

  function reportChild(message: Message): void {
    const { type, action, job_id, payload } = message;
    if (type === "BlockRequest" && action === "Preview") report({ type: "BlockPreview", job_id, payload });
    if (["BlockOutput", "BlockOutputs", "BlockFinished"].includes(String(type))) report(message);
  }

  function report(event: Message): void {
    send(topics.report, { session_id: sessionId, stacks: [] as StackLevel[], ...event });
  }

  /** Refused only if the run is over. */
  function send(topic: string, message: object): void {
    mainframe.publish(topic, JSON.stringify(message)).catch(() => undefined);
  }
}
