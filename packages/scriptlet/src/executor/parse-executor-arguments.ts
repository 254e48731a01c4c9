/** The engine's command line (oocana-protocol 1.2); every value stays a string. */
export interface ExecutorArguments {
  sessionId: string;
  address: string;
  sessionDir: string;
  tmpDir: string;
  identifier?: string;
  packagePath?: string;
  /** The process may serve further sessions if nothing of the last is left; our server passes this. */
  isReusable?: boolean;
  /** Spans that blocks make go to our server, which passes this. */
  relaysSpans?: boolean;
  /** Port of `--inspect-wait` or `--inspect`, if the engine runs with `--debug`. */
  inspectPort?: number;
  /** No block runs before a debugger is attached. */
  waitsForDebugger?: boolean;
}

/** Reads the arguments leniently: unknown flags and stray values, such as the engine's bare debug port, are ignored. */
export function parseExecutorArguments(argv: readonly string[]): ExecutorArguments {
  const values = new Map<string, string>();
  for (let index = 0; index < argv.length; index += 1) {
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[index] ?? "") ?? [];
    if (name === undefined) continue;
    const next = argv[index + 1];
    if (inline !== undefined) values.set(name, inline);
    else if (next !== undefined && takesValue.has(name)) {
      values.set(name, next);
      index += 1;
    }
  }
  const identifier = values.get("identifier");
  const packagePath = values.get("package");
  const inspectPort = Number(values.get("inspect-wait") ?? values.get("inspect"));
  return {
    sessionId: required("session-id"),
    address: required("address"),
    sessionDir: required("session-dir"),
    tmpDir: required("tmp-dir"),
    ...(identifier !== undefined && { identifier }),
    ...(packagePath !== undefined && { packagePath }),
    ...(argv.includes("--reusable") && { isReusable: true }),
    ...(argv.includes("--traces") && { relaysSpans: true }),
    ...(inspectPort > 0 && { inspectPort, waitsForDebugger: values.has("inspect-wait") }),
  };

  function required(name: string): string {
    const value = values.get(name);
    if (value === undefined) throw new MissingArgumentError(name);
    return value;
  }
}

/** Thrown if the program was started without an argument that the engine always passes. */
export class MissingArgumentError extends Error {
  override readonly name = "MissingArgumentError";

  constructor(argument: string) {
    super(
      `nodejs-executor was started without --${argument}. The engine passes --session-id, --address, --session-dir and --tmp-dir.`,
    );
  }
}

const takesValue = new Set(["session-id", "address", "session-dir", "tmp-dir", "identifier", "package"]);
