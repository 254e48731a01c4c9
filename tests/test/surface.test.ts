import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { publishedPackages, root } from "./helpers/published-packages.ts";

// A change of what a package offers is seen in review: `npx vitest run surface -u` writes these pages anew.
const doors = publishedPackages().flatMap(({ name, directory, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    const types: unknown =
      typeof target === "object" && target !== null ? Reflect.get(target, "types") : undefined;
    return typeof types === "string" ? [{ door: join(name, path), file: join(directory, types) }] : [];
  }),
);

describe("what a package offers is what its page says", () => {
  test.each(doors)("$door", async ({ door, file }) => {
    const page = `${surfaceOf(file) || "nothing"}\n`;
    await expect(page).toMatchFileSnapshot(
      join(root, "tests/surface", `${door.replaceAll("/", "-")}.d.ts.txt`),
    );
  });
});

/** Every export with its declaration, by name, without comments. */
function surfaceOf(file: string): string {
  const options = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    typeRoots: [`${root}tests/node_modules/@types`],
    skipLibCheck: true,
  };
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} is no module; is it built?`);
  const exports = checker.getExportsOfModule(module).sort((one, other) => (one.name < other.name ? -1 : 1));
  const home = distOf(file);
  return exports.map((symbol) => describeExport(symbol, checker, home)).join("\n");
}

const printer = ts.createPrinter({ removeComments: true });

function describeExport(symbol: ts.Symbol, checker: ts.TypeChecker, home: string | undefined): string {
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const declared = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
  const declarations = declared.declarations ?? [];
  return declarations
    .map((declaration) => `export ${symbol.name}: ${describeDeclaration(declaration, home)}`)
    .join("\n");
}

function describeDeclaration(declaration: ts.Declaration, home: string | undefined): string {
  const file = declaration.getSourceFile();
  const owner = distOf(file.fileName);
  // What comes from another package of ours stands on that one's page.
  if (owner !== home) return `from ${owner ?? file.fileName.split("/node_modules/").at(-1)}`;
  return printer.printNode(ts.EmitHint.Unspecified, declaration, file);
}

function distOf(path: string): string | undefined {
  return /(packages|apps)\/[\w-]+\/dist/.exec(path)?.[0];
}
