import { topics } from "@oomol/scriptlet/wire";
import type { ExecutorMessage, ExecutorSession } from "./executor-session.ts";

/** Answers what a block asks of the engine (`oocana-protocol.md`, 2.4), in a session that holds one block and no flow. */
export function answerRequest(
  session: ExecutorSession,
  request: ExecutorMessage,
  onEvent: (message: ExecutorMessage) => void,
): void {
  const { action, job_id, request_id } = request;
  if (action === "Preview") {
    onEvent({ type: "BlockPreview", session_id: session.id, job_id, payload: request.payload ?? null });
    return;
  }
  if (action === "UpdateNodeWeight" || typeof request_id !== "string" || /[/+#]/.test(request_id)) return;
  session.publish(topics.response(session.id, request_id), {
    session_id: session.id,
    job_id,
    request_id,
    ...answerOf(request),
  });
}

function answerOf({ action, block }: ExecutorMessage): { error: string } | { result: unknown } {
  if (action === "QueryDownstream") return { result: {} };
  if (action === "QueryAuth") return { error: "Vault client is not available." };
  if (action === "RunBlock") {
    return {
      error: `Run block failed: this server runs no blocks inside blocks yet. Block: ${String(block)}`,
    };
  }
  return { error: `This server does not answer ${String(action)} yet.` };
}
