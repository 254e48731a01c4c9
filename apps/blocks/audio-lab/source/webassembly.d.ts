/** What we use of WebAssembly, which TypeScript declares for pages only. */
declare namespace WebAssembly {
  class Module {}
  type Imports = Record<string, Record<string, unknown>>;
  type Exports = Record<string, unknown>;
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Exports;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
