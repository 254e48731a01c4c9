import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Writes ended tasks straight into the store of a server that is not running; each with so many bytes of input. */
export function writeTasks(dataDirectory: string, count: number, inputBytes: number): void {
  const database = new DatabaseSync(join(dataDirectory, "connect.db"));
  const insert = database.prepare(
    `insert into tasks (id, status, block_id, package_version, session_id, input_values, inputs, created_at, updated_at)
     values (?, ?, 'lab::shout', '1.0.0', null, '', '{}', ?, ?)`,
  );
  // As the server itself stores a large text: in parts of their own.
  const insertText = database.prepare(
    "insert into task_texts (task_id, name, part, text) values (?, 'input_values', ?, ?)",
  );
  const value = "x".repeat(inputBytes);
  const text = JSON.stringify([{ nodeId: "_", inputs: [{ handle: "text", value }] }]);
  database.exec("begin");
  for (let index = 0; index < count; index += 1) {
    const id = randomUUID();
    insert.run(id, index % 100 === 0 ? "failed" : "completed", index, index);
    for (let part = 0; part * partCharacters < text.length; part += 1) {
      insertText.run(id, part, text.slice(part * partCharacters, (part + 1) * partCharacters));
    }
  }
  database.exec("commit");
  database.close();
}

const partCharacters = 512 * 1024;
