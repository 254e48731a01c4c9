import { excessOf } from "@oomol/connect-core/wire";

/** A tenth of a second of parsing. */
const mostValues = 100_000;
const mostLevels = 100;

/**
 * Parses JSON of strangers; `values` counts lists, objects and what is in them, by default 100,000. Throws an error whose message
 * begins with "it", for what is no JSON, has more values, or is nested more than 100 levels deep.
 */
export function parseBoundedJson(text: string, values = mostValues): unknown {
  // Before it is parsed: a text of brackets alone takes seconds.
  const excess = excessOf(text, { levels: mostLevels, values });
  if (excess === "levels") throw new Error(`it is nested more than ${mostLevels} levels deep`);
  if (excess === "values") throw new Error(`it has more than ${values} values`);
  try {
    // Editors on Windows begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw new Error("it is not JSON");
  }
}
