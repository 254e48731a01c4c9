import { availableParallelism } from "node:os";
import { blockIdOf } from "../../packages/block-id.ts";
import type { InstalledFlow } from "../../packages/read-package.ts";
import { takeTurns } from "../../take-turns.ts";
import { messageOf } from "../../values.ts";
import { type Engine, refuseSession } from "../engine.ts";
import { flowWarnings } from "./flow-warnings.ts";
import { followFlow } from "./follow-flow.ts";
import { createLinkRoot } from "./link-root.ts";
import { type OocanaEngineOptions, type RunningEngine, startEngine } from "./start-engine.ts";
import { untilExecutorReady } from "./until-executor-ready.ts";

/**
 * The engine for flows: each session is one `oocana run` on the server's broker, with our executor first on its `PATH`.
 * What it reports becomes the events of the session.
 */
export function createOocanaEngine(settings: OocanaEngineOptions): Engine<InstalledFlow> {
  const leaving = new Set<Promise<void>>();
  // The engine's time for the start of an executor is fixed, so no more start at once than there are processors for.
  const startInTurn = takeTurns(availableParallelism());
  const links = createLinkRoot(settings.dataDirectory);

  /** Goes on in the background: nobody waits for the engine to leave. */
  const leave = (ending: Promise<void>) => {
    const ended = ending
      .catch((error: unknown) =>
        settings.log.warn({ error: messageOf(error) }, "an engine did not end cleanly"),
      )
      .finally(() => leaving.delete(ended));
    leaving.add(ended);
  };

  return {
    async run(asked) {
      const { block, inputs, signal } = asked;
      const warnings = await flowWarnings(block, inputs.toJSON(), settings.catalog);
      const follow = async (engine: RunningEngine, request: typeof asked) => {
        request.onStarted(engine.sessionId);
        const { outcome, ending } = await followFlow(engine, request, warnings);
        leave(endWith(ending, engine));
        return outcome;
      };
      const started = await startInTurn(async () => {
        if (signal.aborted) {
          refuseSession(asked, messageOf(signal.reason));
          return { outcome: "aborted" as const };
        }
        const span = asked.span?.child(`flow ${blockIdOf(block)}`);
        const request = { ...asked, span };
        const starting = span?.child("start engine");
        const engine = await startEngine({ ...settings, links }, request).catch(messageOf);
        const failure = typeof engine === "string" ? engine : undefined;
        starting?.end(failure);
        if (typeof engine === "string") {
          span?.end(failure);
          return { outcome: refuseSession(request, engine) };
        }
        const outcome = follow(engine, request);
        await untilExecutorReady(engine.room, outcome);
        return { outcome };
      }, signal);
      return started.outcome;
    },
    async close() {
      while (leaving.size > 0) await Promise.all(leaving);
      await links.remove();
    },
  };
}

async function endWith(ending: Promise<void>, { removeHome }: RunningEngine): Promise<void> {
  try {
    await ending;
  } finally {
    await removeHome();
  }
}
