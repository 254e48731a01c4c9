import { saveDownload, TaskFailedError } from "@oomol/connect-node";
import { client } from "./connect.mjs";

const [text = "Hello, World"] = process.argv.slice(2);

try {
  const outcome = await client.tasks.run(
    { blockId: "audio-lab::text-to-audio", inputValues: { text } },
    {
      timeoutMs: 60_000,
      onProgress: (task, { percent = 0 }) => console.log(`${task.status}, ${percent} %`),
    },
  );
  for await (const file of client.tasks.downloadAll(outcome)) {
    const { path } = await saveDownload(file, "sounds/", { ifExists: "number" });
    console.log(`saved ${path}`);
  }
} catch (error) {
  if (!(error instanceof TaskFailedError)) throw error;
  console.error(`The block failed: ${error.reason}`);
  process.exitCode = 1;
}
