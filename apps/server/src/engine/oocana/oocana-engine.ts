import type { InstalledFlow } from "../../packages/read-package.ts";
import { messageOf } from "../../values.ts";
import { type Engine, refuseSession } from "../engine.ts";
import { flowWarnings } from "./flow-warnings.ts";
import { followFlow } from "./follow-flow.ts";
import { createLinkRoot } from "./link-root.ts";
import { type OocanaEngineOptions, startEngine } from "./start-engine.ts";

/**
 * The engine for flows: each session is one `oocana run` on the server's broker, with our executor first on its `PATH`.
 * What it reports becomes the events of the session.
 */
export function createOocanaEngine(settings: OocanaEngineOptions): Engine<InstalledFlow> {
  const leaving = new Set<Promise<void>>();
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
    async run(request) {
      const { block, inputs } = request;
      const warnings = await flowWarnings(block, inputs.toJSON(), settings.catalog);
      const engine = await startEngine({ ...settings, links }, request).catch((error: unknown) =>
        messageOf(error),
      );
      if (typeof engine === "string") return refuseSession(request, engine);
      request.onStarted(engine.sessionId);
      const { outcome, ending } = await followFlow(engine, request, warnings);
      leave(ending.finally(engine.removeHome));
      return outcome;
    },
    async close() {
      while (leaving.size > 0) await Promise.all(leaving);
      await links.remove();
    },
  };
}
