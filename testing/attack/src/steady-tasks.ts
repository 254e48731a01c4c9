import { type Target, tokens } from "./target.ts";

/** Tasks of somebody who does nothing wrong, one after the other, while the server is attacked. */
export interface SteadyTasks {
  /** Ends them, and answers how many were accepted, and which of them did not complete. */
  end(): Promise<{ accepted: number; refused: number; lost: string[] }>;
}

const pauseMs = 300;

export function runSteadyTasks(target: Target): SteadyTasks {
  const accepted: string[] = [];
  let refused = 0;
  let isEnding = false;
  const running = (async () => {
    while (!isEnding) {
      await target.start("say", { value: accepted.length }, tokens.ops).then(
        (id) => accepted.push(id),
        () => {
          refused += 1;
        },
      );
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  return {
    async end() {
      isEnding = true;
      await running;
      const ends = await Promise.all(
        accepted.map(async (id) => {
          const status = await target.waitForEnd(id).catch((error: unknown) => String(error));
          return status === "completed" ? [] : [`${id}: ${status}`];
        }),
      );
      return { accepted: accepted.length, refused, lost: ends.flat() };
    },
  };
}
