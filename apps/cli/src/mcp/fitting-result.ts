import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";

export interface FittingResult {
  /** Without the outputs that do not fit: a client refuses the whole answer for one of them. */
  structuredContent: Record<string, unknown>;
  /** For the model, about those; absent if all fit. */
  note?: string;
}

/** What a result has in JSON, as far as it fits what the tool declares. */
export function fittingResult(
  result: Readonly<Record<string, unknown>>,
  outputSchema: Tool["outputSchema"],
): FittingResult {
  // NaN and what else JSON does not know become null.
  const sent: Record<string, unknown> = JSON.parse(JSON.stringify(result));
  const { properties = {}, ...rest } = outputSchema ?? {};
  const misfits = Object.keys(sent).filter((handle) => {
    const own = Object.hasOwn(properties, handle) ? { [handle]: properties[handle] } : {};
    return !fits({ [handle]: sent[handle] }, { ...rest, properties: own });
  });
  if (misfits.length === 0) return { structuredContent: sent };
  const structuredContent = Object.fromEntries(
    Object.entries(sent).filter(([handle]) => !misfits.includes(handle)),
  );
  const names = misfits.map((handle) => `"${handle}"`).join(", ");
  const note = `Note: ${names} ${misfits.length === 1 ? "does" : "do"} not fit what the block declares, so the structured content lacks ${misfits.length === 1 ? "it" : "them"}; the text has the whole result.`;
  return { structuredContent, note };
}

/** A schema that cannot be prepared fits nothing: the client could not either. */
function fits(value: unknown, schema: object): boolean {
  try {
    return new AjvJsonSchemaValidator().getValidator(schema)(value).valid;
  } catch {
    return false;
  }
}
