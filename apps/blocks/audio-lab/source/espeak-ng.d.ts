/** What we use of the package, which comes without types: one call runs the whole program once. */
declare module "espeak-ng" {
  interface Program {
    FS: {
      readFile(path: string): Uint8Array;
      writeFile(path: string, content: Uint8Array): void;
    };
  }

  interface ProgramOptions {
    arguments: string[];
    /** Brings the program to life in place of its own loading. */
    instantiateWasm(
      imports: WebAssembly.Imports,
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): WebAssembly.Exports;
    preRun: ((program: Program) => void)[];
    print(line: string): void;
    printErr(line: string): void;
    quit(status: number, exit: unknown): never;
  }

  export default function runProgram(options: ProgramOptions): Promise<Program>;
}
