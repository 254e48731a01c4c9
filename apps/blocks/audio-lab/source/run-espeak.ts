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

/** Runs the eSpeak NG program once; each run has a memory of its own. */
export async function runEspeak(commandLine: string[], text = ""): Promise<ProgramRun> {
  const printed: string[] = [];
  const errors: string[] = [];
  const program = await runProgram({
    arguments: [...commandLine],
    preRun: [({ FS }) => FS.writeFile(textPath, new TextEncoder().encode(text))],
    print: (line) => printed.push(line),
    printErr: (line) => errors.push(line),
    // Its own way out would set this process's exit code.
    quit: (_status, exit) => {
      throw exit;
    },
  });
  return {
    wav: readWav(program),
    printed,
    errors: errors.filter((line) => !line.startsWith("program exited")),
  };
}

function readWav(program: Awaited<ReturnType<typeof runProgram>>): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(program.FS.readFile(wavPath));
  } catch {
    return undefined;
  }
}
