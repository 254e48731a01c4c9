// Python blocks that run blocks of ours, and the other way round, many times: none may hang.
//   node --conditions=@oomol/source soak/nested-python.ts [RUNS=300] [AT_ONCE=4]
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchPythonPackages } from "@oomol/test-helpers/fetch-python-packages";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";

const [runs = 300, atOnce = 4] = process.argv.slice(2).map(Number);
const inTests = (path: string) => fileURLToPath(new URL(join("../test/python", path), import.meta.url));
const pythonPath = fetchPythonPackages(
  ["oomol-connect-sdk==1.0.3", "oocana==0.18.12", "oocana-python-executor==0.16.18"],
  "This soak runs what OOMOL publishes for Python: install a python3 of at least 3.10 with pip, and let it reach PyPI.",
);

/** Far beyond what a run takes on a busy machine. */
const hangsAfterMs = 60_000;

const directions = {
  "Python → ours": ["snake::nest", { block: "lab::shout", given: { text: "ssss" } }],
  "ours → Python": [
    "lab::nest",
    { block: "snake::greet", given: { name: "World", letter: null }, waits: true },
  ],
} as const;

await using data = await makeDataDirectory();
const env = {
  PATH: [inTests("bin"), process.env.PATH ?? ""].join(delimiter),
  OOMOL_TEST_PYTHON_PATH: pythonPath,
};
const flags = ["--packages", inTests("packages"), "--data", data.path, "--concurrency", String(atOnce)];
await using server = await startProgram([...flags, "--spare-executors", "0"], { env });
const { client } = server;

let isFailed = false;
for (const [direction, [block, inputs]] of Object.entries(directions)) {
  const endings = new Map<string, number>();
  let started = 0;
  const startedAtMs = Date.now();
  const work = async () => {
    while (started < runs) {
      started += 1;
      const ending = await runOnce(block, inputs);
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  isFailed ||= endings.get("completed") !== runs;
  const seconds = Math.round((Date.now() - startedAtMs) / 1000);
  console.log(`${direction}: ${runs} runs in ${seconds} s`, Object.fromEntries(endings));
}
server.child.kill("SIGTERM");
await server.exited;
process.exitCode = isFailed ? 1 : 0;

async function runOnce(block: string, inputs: object): Promise<string> {
  const id = await client.start(block, { ...inputs });
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<"hung">((resolve) => (timer = setTimeout(() => resolve("hung"), hangsAfterMs)));
  const ended = client.waitForEnd(id).then(({ status }) => String(status));
  const ending = await Promise.race([ended, hangs]);
  clearTimeout(timer);
  if (ending !== "hung") return ending;
  await client.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
  return ending;
}
