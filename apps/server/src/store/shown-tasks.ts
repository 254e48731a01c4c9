import { type Kysely, sql } from "kysely";
import { type Json, longJsonBytes } from "../json-text.ts";
import { elsewhere, findText, textInRow } from "./large-texts.ts";
import { pageBytes } from "./log-table.ts";
import { type StoredText, wholeBytes } from "./stored-text.ts";
import type { Tables } from "./tables.ts";
import { type ClaimedRow, type StoredTask, smallColumns, toTask } from "./task-rows.ts";

/** Tasks as they are shown to callers: inputs that are large are left out, and read when they are sent. */
export function selectShown(database: Kysely<Tables>) {
  return database
    .selectFrom("tasks")
    .select(smallColumns)
    .select(({ eb, fn, ref }) => {
      const sizeBytes = fn<number>("octet_length", [ref("input_values")]);
      const isSmall = eb(sizeBytes, "<=", sql.lit(pageBytes));
      return [
        sizeBytes.as("input_bytes"),
        eb.case().when(isSmall).then(ref("input_values")).end().as("input_values"),
      ];
    });
}

type ShownRow = Awaited<ReturnType<ReturnType<typeof selectShown>["executeTakeFirstOrThrow"]>>;

export async function toShown(database: Kysely<Tables>, row: ShownRow): Promise<StoredTask> {
  return toTask(row, await inputsOf(database, row));
}

async function inputsOf(
  database: Kysely<Tables>,
  { id, input_values, input_bytes }: Pick<ShownRow, "id" | "input_values" | "input_bytes">,
): Promise<StoredText> {
  if (input_values === elsewhere) return findText(database, id, "input_values", "[]");
  return input_values ?? inputsInRow(database, id, input_bytes);
}

/** What a row that was just claimed says of its inputs: those that its block gets, and those that are only shown. */
export async function readClaimed(
  database: Kysely<Tables>,
  { id, input_values, inputs }: ClaimedRow,
): Promise<{ inputs: Json; inputValues: StoredText }> {
  const sizeBytes = input_values.length;
  return {
    inputs: await inputsOfBlock(database, { id, inputs }),
    inputValues: await inputsOf(database, {
      id,
      input_values: sizeBytes > pageBytes ? null : input_values,
      input_bytes: sizeBytes,
    }),
  };
}

async function inputsOfBlock(
  database: Kysely<Tables>,
  { id, inputs }: Pick<ClaimedRow, "id" | "inputs">,
): Promise<Json> {
  if (inputs !== elsewhere) return inputs.length > longJsonBytes ? Buffer.from(inputs) : inputs;
  const text = await findText(database, id, "inputs", "{}");
  return typeof text === "string" ? text : wholeBytes(text);
}

/** Where a row holds its inputs however large they are. */
function inputsInRow(database: Kysely<Tables>, id: string, sizeBytes: number): StoredText {
  return textInRow(id, sizeBytes, (from, characters) =>
    database
      .selectFrom("tasks")
      .select(({ fn, ref, val }) =>
        fn<string>("substr", [ref("input_values"), val(from), val(characters)]).as("text"),
      )
      .where("id", "=", id)
      .executeTakeFirst(),
  );
}
