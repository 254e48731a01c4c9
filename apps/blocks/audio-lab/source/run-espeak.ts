import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import runProgram from "espeak-ng";

/** Where the program finds its input and leaves its result, inside its own memory. */
export const textPath = "/text.txt";
export const wavPath = "/speech.wav";

export interface ProgramRun {
  /** The WAV file it wrote; undefined when it wrote none. */
  wav: Uint8Array<ArrayBuffer> | undefined;
  printed: string[];
  errors: string[];
}

// Compiled when the block is loaded, so that a process that waits for its first job has it ready; each run shares it.
const compiled = compileProgram();
compiled.catch(() => undefined); // whoever runs it hears of it

async function compileProgram(): Promise<WebAssembly.Module> {
  const { resolve } = createRequire(import.meta.url);
  return await WebAssembly.compile(await readFile(resolve("espeak-ng/dist/espeak-ng.wasm")));
}

// The first run costs a third more, for what is only compiled then: a process that waits for its first job does one before.
const rehearsal = setTimeout(() => {
  runEspeak(["-v", "en-us", "-w", wavPath, "-f", textPath], "Ready.").catch(() => undefined);
}, 100).unref();

/** Runs the eSpeak NG program once; each run has a memory of its own. */
export async function runEspeak(commandLine: string[], text = ""): Promise<ProgramRun> {
  clearTimeout(rehearsal);
  const printed: string[] = [];
  const errors: string[] = [];
  const module = await compiled;
  const program = await withoutStackTraces(() =>
    runProgram({
      instantiateWasm(imports, receive) {
        const instance = new WebAssembly.Instance(module, imports);
        receive(instance, module);
        return instance.exports;
      },
      arguments: [...commandLine],
      preRun: [({ FS }) => FS.writeFile(textPath, new TextEncoder().encode(text))],
      print: (line) => printed.push(line),
      printErr: (line) => errors.push(line),
      // Its own way out would set this process's exit code.
      quit: (_status, exit) => {
        throw exit;
      },
    }),
  );
  return {
    wav: readWav(program),
    printed,
    errors: errors.filter((line) => !line.startsWith("program exited")),
  };
}

let runsUnderWay = 0;
let usualLimit = Error.stackTraceLimit;

/**
 * The program's file system says by an error what is not there, hundreds of times, and half of the time of a run went into
 * stack traces that nobody reads. A run gives way to nothing but other runs of the program, so all else keeps its traces.
 */
async function withoutStackTraces<Result>(work: () => Promise<Result>): Promise<Result> {
  if (runsUnderWay === 0) usualLimit = Error.stackTraceLimit;
  runsUnderWay += 1;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    runsUnderWay -= 1;
    if (runsUnderWay === 0) Error.stackTraceLimit = usualLimit;
  }
}

function readWav(program: Awaited<ReturnType<typeof runProgram>>): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(program.FS.readFile(wavPath));
  } catch {
    return undefined;
  }
}
