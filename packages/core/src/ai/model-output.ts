import { isPictureForModels, isText } from "@oomol/connect-shared/media-types";
import { piecesOf } from "@oomol/connect-shared/text-pieces";
import { bytesOfBase64 } from "./base64.ts";
import type { BlockToolFile, BlockToolOutput } from "./tool-output.ts";

type ModelPart =
  | { type: "text"; text: string }
  | { type: "file"; mediaType: string; filename: string; data: { type: "data"; data: string } };

/** The characters of text in one result, in total: more would leave a model no room for its own. */
const mostCharacters = 100_000;

/**
 * What a model gets of an output: the result as JSON, pictures and text of its files, the names of the others. Providers refuse
 * a whole conversation for a file of a kind that its model cannot read, and all of them can read these.
 */
export function toModelOutput(output: BlockToolOutput<object>) {
  if (output.type === "progress") return { type: "text" as const, value: "The run was left before its end." };
  const { taskId, result, files, filesProblem } = output;
  const take = createAllowance(mostCharacters);
  const parts: ModelPart[] = [{ type: "text", text: take(JSON.stringify(result)) }];
  for (const file of files) parts.push(...partsOf(file, taskId, take));
  if (filesProblem !== undefined) parts.push({ type: "text", text: take(filesProblem) });
  return { type: "content" as const, value: parts };
}

function partsOf(
  { name, path, mediaType, sizeBytes, data }: BlockToolFile,
  taskId: string,
  take: (text: string) => string,
): ModelPart[] {
  const size = sizeBytes === undefined ? "" : `, ${sizeBytes} bytes`;
  const title = `File ${JSON.stringify(name)} (${mediaType}${size})`;
  if (data !== undefined && isPictureForModels(mediaType)) {
    return [{ type: "file", mediaType, filename: name, data: { type: "data", data } }];
  }
  const bytes = data !== undefined && isText(mediaType) ? bytesOfBase64(data) : undefined;
  const text = bytes
    ? `${title}:\n${new TextDecoder().decode(bytes)}`
    : `${title}, ${JSON.stringify(path)} of task ${taskId}, is not shown here.`;
  return [{ type: "text", text: take(text) }];
}

/** Cuts texts so that all of them together have so many characters at most, apart from the note that they were cut. */
function createAllowance(characters: number): (text: string) => string {
  let left = characters;
  return (text) => {
    const [shown = ""] = left > 0 ? piecesOf(text, left) : [];
    left -= shown.length;
    const missing = text.length - shown.length;
    return missing > 0 ? `${shown}… (${missing} more characters are left out)` : shown;
  };
}
