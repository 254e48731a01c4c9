import { readFile } from "node:fs/promises";
import { client } from "./connect.mjs";

const run = client.tasks.attach(JSON.parse(await readFile("task.json", "utf8")));
for await (const event of run) {
  if (event.type === "status") console.log(event.status);
  if (event.type === "log" && event.text !== undefined) console.log(event.text);
}
const { result } = await run.result();
console.log(result);
