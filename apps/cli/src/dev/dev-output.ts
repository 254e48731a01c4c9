import { styleText } from "node:util";
import { printJson } from "../print.ts";
import { printable, printableJson } from "../printable.ts";

export interface Serving {
  directory: string;
  baseUrl: string;
  playgroundUrl: string | undefined;
  inspectPort: number | undefined;
}

/** What `dev` tells: to people, or as one line of JSON for each event. */
export interface DevOutput {
  serving(serving: Serving): void;
  /** What is wrong with the packages, each once as long as it stays so. */
  problems(messages: readonly string[]): void;
  result(taskId: string, result: object): void;
  failed(message: string): void;
}

export function createDevOutput(isJson: boolean): DevOutput {
  let known = new Set<string>();
  const tell = (event: string, message: string, color: "red" | "yellow") => {
    if (isJson) printLine({ event, message });
    else process.stderr.write(`${styleText(color, printable(message, "  "), { stream: process.stderr })}\n`);
  };
  return {
    serving({ directory, baseUrl, playgroundUrl = null, inspectPort }) {
      if (isJson) return printLine({ event: "serving", directory, baseUrl, playgroundUrl });
      process.stdout.write(`Serving ${directory} on ${baseUrl}\n`);
      if (playgroundUrl) process.stdout.write(`Playground: ${playgroundUrl}\n`);
      if (inspectPort !== undefined) {
        process.stdout.write(`Each run waits for a debugger on 127.0.0.1:${inspectPort}.\n`);
      }
    },
    problems(messages) {
      const now = new Set(messages);
      for (const message of now) if (!known.has(message)) tell("problem", message, "yellow");
      known = now;
    },
    result(taskId, result) {
      if (isJson) printLine({ event: "result", taskId, result });
      else printJson(result);
    },
    failed: (message) => tell("failed", message, "red"),
  };
}

function printLine(event: object): void {
  process.stdout.write(`${printableJson(event)}\n`);
}
