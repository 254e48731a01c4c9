// Reads a list of YAML texts from stdin and writes, for each, how many calls and loop steps the engine counts while it is read.
// Without optimization, since optimized code does not count: node --no-opt --no-maglev count-steps.ts
import { Session } from "node:inspector/promises";
import { json } from "node:stream/consumers";

const texts = (await json(process.stdin)) as string[];
const session = new Session();
session.connect();
await session.post("Profiler.enable");
await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
// What is loaded after that counts its loops, too.
const { parseExactYaml } = await import("../src/packages/exact-yaml.ts");

function read(text: string): void {
  try {
    parseExactYaml(text);
  } catch {
    // A refusal is an answer, too.
  }
}

async function countedSteps(): Promise<number> {
  const { result } = await session.post("Profiler.takePreciseCoverage");
  const own = result.filter(({ url }) => /\/yaml\/|\/src\/packages\//.test(url));
  const functions = own.flatMap((script) => script.functions);
  // Of parts that run equally often it tells one: of each function, that which runs most often.
  return functions.reduce((sum, { ranges }) => sum + Math.max(...ranges.map(({ count }) => count)), 0);
}

const counts: number[] = [];
for (const text of texts) {
  await countedSteps(); // sets them to none
  read(text);
  counts.push(await countedSteps());
}
process.stdout.write(JSON.stringify(counts));
