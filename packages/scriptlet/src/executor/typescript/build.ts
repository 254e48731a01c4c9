/** What a block's own files are at run time: what the compiler made of each, and what each calls the others. */
export interface Build {
  /** By absolute path. */
  modules: Record<string, BuiltModule>;
  /** By the absolute path of the file that says the names. */
  links: Record<string, Links>;
}

export interface BuiltModule {
  format: "module" | "commonjs";
  code: string;
}

/** Names as they are written, each with the absolute path that it means; what is missing is left to Node.js. */
export interface Links {
  imports: Record<string, string>;
  requires: Record<string, string>;
}
