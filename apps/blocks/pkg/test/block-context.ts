import type { Context } from "@oomol/scriptlet";

export interface Recorded {
  logs: { line: string; stdio: string }[];
  progress: number[];
  previews: unknown[];
}

/** As much of a Context as these blocks use, and what they said through it. */
export function createBlockContext<Inputs, Outputs>(
  sessionDir: string,
): { context: Context<Inputs, Outputs>; recorded: Recorded } {
  const recorded: Recorded = { logs: [], progress: [], previews: [] };
  const used = {
    sessionDir,
    reportLog: async (line: string, stdio = "stdout") => void recorded.logs.push({ line, stdio }),
    reportProgress: async (progress: number) => void recorded.progress.push(progress),
    preview: async (payload: unknown) => void recorded.previews.push(payload),
  };
  // A block sees only the members it uses.
  return { context: used as unknown as Context<Inputs, Outputs>, recorded };
}
