import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";

/** A value for a type: both as TypeScript. */
export interface Assignment {
  type: string;
  value: string;
}

/**
 * Whether each type takes its value, by the compiler. `blockTypes` is what `oomol-connect types` wrote; the client whose registry
 * it augments has nothing else.
 */
export async function typesThatTake(
  folder: string,
  blockTypes: string,
  assignments: readonly Assignment[],
): Promise<boolean[]> {
  const client = join(folder, "node_modules/@oomol/connect-node");
  await mkdir(client, { recursive: true });
  await writeFile(join(client, "package.json"), '{ "name": "@oomol/connect-node", "types": "index.d.ts" }');
  await writeFile(join(client, "index.d.ts"), "export interface BlockRegistry {}\n");
  await writeFile(join(folder, "blocks.ts"), blockTypes);
  const lines = assignments.map(({ type, value }, index) => `export const v${index}: ${type} = ${value};`);
  const head = 'import type {} from "./blocks.ts"; import type { BlockRegistry } from "@oomol/connect-node";';
  await writeFile(join(folder, "values.ts"), [head, ...lines].join("\n"));
  const program = ts.createProgram([join(folder, "values.ts")], {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  });
  const takes = assignments.map(() => true);
  for (const { file, start = 0, messageText } of ts.getPreEmitDiagnostics(program)) {
    const line = file?.fileName.endsWith("values.ts") ? file.getLineAndCharacterOfPosition(start).line : 0;
    // The types themselves must compile.
    if (line === 0) throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
    takes[line - 1] = false;
  }
  return takes;
}
