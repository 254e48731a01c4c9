import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What the engine leaves in the user's home, whatever its configuration says (oocana-protocol 10, 1.6). */
export interface EngineFiles {
  log(line: string): void;
  /** After a flow. */
  keepInputs(inputs: unknown): void;
}

export function openEngineFiles(sessionId: string): EngineFiles {
  const home = join(homedir(), ".oocana");
  const folder = join(home, "sessions", sessionId);
  const file = join(folder, "oocana.log");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, "", { mode: 0o644 });
  return {
    log: (line) => appendFileSync(file, `${line}\n`),
    keepInputs(inputs) {
      const cache = join(home, "cache");
      mkdirSync(cache, { recursive: true });
      writeFileSync(join(cache, `${randomUUID()}.json`), JSON.stringify(inputs));
    },
  };
}
