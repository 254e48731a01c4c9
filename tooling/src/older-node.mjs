// Node.js 22 runs TypeScript as it stands, and does not know `using`. What is published is compiled for it; tests and the programs
// that they start from source are compiled here.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

// Since 22.15.
if (!("AsyncDisposableStack" in globalThis)) module.registerHooks?.({ load: lowered });

/** Compiles a source with `using` for a Node.js without it; leaves every other file as it is. */
function lowered(url, context, nextLoad) {
  if (!/^file:.*\.ts$/.test(url) || url.includes("/node_modules/")) return nextLoad(url, context);
  const text = readFileSync(fileURLToPath(url), "utf8");
  if (!/^\s*(await )?using \w/m.test(text)) return nextLoad(url, context);
  return { format: "module", source: lowerOnce(text), shortCircuit: true };
}

/** Loading the compiler takes longer than most programs run, so what it made is kept. */
function lowerOnce(text) {
  const name = `${createHash("sha256").update(text).digest("hex")}.mjs`;
  const file = fileURLToPath(new URL(`../node_modules/.cache/lowered/${name}`, import.meta.url));
  if (existsSync(file)) return readFileSync(file, "utf8");
  const ts = createRequire(import.meta.url)("typescript");
  const { ES2022: target } = ts.ScriptTarget;
  const compilerOptions = { target, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  mkdirSync(dirname(file), { recursive: true });
  // Renamed when it is whole: others may be looking for it.
  writeFileSync(`${file}.${process.pid}`, outputText);
  renameSync(`${file}.${process.pid}`, file);
  return outputText;
}
