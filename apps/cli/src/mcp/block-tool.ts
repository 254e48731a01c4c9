import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Block } from "@oomol/connect-node";
import { inputsSchema, outputsSchema } from "@oomol/connect-schemas";
import { toolName } from "@oomol/connect-shared/tool-name";
import { descriptionOf, titleOf } from "@oomol/connect-shared/words-of-block";

/** A block as a tool: its inputs as JSON Schema, files as paths on the machine where this command runs. */
export async function blockTool(block: Block): Promise<Tool> {
  const { inputs = [], outputs = [] } = block;
  const title = titleOf(block) ?? block.blockId;
  return {
    name: await toolName(block.blockId),
    title,
    description: descriptionOf(block) ?? `Runs the OOMOL block ${block.blockId}.`,
    inputSchema: inputsSchema(inputs, "Absolute path of a file on this machine, which is uploaded."),
    outputSchema: outputsSchema(outputs),
    execution: { taskSupport: "optional" },
    // A block may do anything: what is not known of it is not promised.
    annotations: { title, openWorldHint: true },
  };
}
