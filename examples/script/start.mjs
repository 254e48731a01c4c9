import { writeFile } from "node:fs/promises";
import { client } from "./connect.mjs";

const [text = "Hello, World"] = process.argv.slice(2);

const run = await client.tasks.start({ blockId: "audio-lab::text-to-audio", inputValues: { text } });
await writeFile("task.json", JSON.stringify(run));
console.log(`started ${run.id}`);
