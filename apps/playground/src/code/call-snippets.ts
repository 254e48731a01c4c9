/** One call of a block, to be written in the language of one's choice. */
export interface BlockCall {
  blockId: string;
  inputValues: Readonly<Record<string, unknown>>;
  /** By the input that they are for, in the block's own order. */
  fileNames: Readonly<Record<string, readonly string[]>>;
  /** Origin plus `/api`. */
  baseUrl: string;
}

export const snippetLanguages = ["TypeScript", "curl", "CLI"] as const;
export type SnippetLanguage = (typeof snippetLanguages)[number];

export function writeSnippet(language: SnippetLanguage, call: BlockCall): string {
  return { TypeScript: writeTypeScript, curl: writeCurl, CLI: writeCli }[language](call);
}

function writeTypeScript({ blockId, inputValues, fileNames, baseUrl }: BlockCall): string {
  // Only a key can stand at the beginning of a line of JSON with a colon after it.
  const object = JSON.stringify(inputValues, null, 2).replaceAll(/^( *)"([A-Za-z_$][\w$]*)":/gm, "$1$2:");
  const given = Object.entries(fileNames).map(([handle, names]) => `${keyOf(handle)}: ${pathsOf(names)}`);
  const files = given.length > 0 ? `\n  files: { ${given.join(", ")} },` : "";
  const request = `\n  blockId: ${JSON.stringify(blockId)},\n  inputValues: ${indent(object, "  ")},${files}\n`;
  return [
    `import { OomolConnectClient } from "@oomol/connect-node";`,
    "",
    "const client = new OomolConnectClient({",
    `  baseUrl: ${JSON.stringify(baseUrl)},`,
    "  apiToken: process.env.OOMOL_CONNECT_API_TOKEN,",
    "});",
    `const { result } = await client.tasks.run({${request}});`,
    "console.log(result);",
  ].join("\n");
}

function keyOf(handle: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(handle) ? handle : JSON.stringify(handle);
}

function pathsOf(names: readonly string[]): string {
  const paths = names.map((name) => JSON.stringify(`./${name}`));
  return paths.length === 1 ? paths.join("") : `[${paths.join(", ")}]`;
}

function writeCurl({ blockId, inputValues, fileNames, baseUrl }: BlockCall): string {
  const inputs = Object.entries(inputValues).map(([handle, value]) => ({ handle, value }));
  const nodes = [{ nodeId: "_", inputs }];
  const lines = [`curl ${quoteShell(`${baseUrl}/v1/tasks`)}`, `-H "Authorization: $OOMOL_CONNECT_API_TOKEN"`];
  const names = Object.values(fileNames).flat();
  if (names.length > 0) {
    lines.push(`-F ${quoteShell(`manifest=${blockId}`)}`);
    lines.push(`--form-string ${quoteShell(`inputValues=${JSON.stringify(nodes)}`)}`);
    for (const name of names) lines.push(`-F ${quoteShell(`files=@"${name}"`)}`);
  } else {
    lines.push(`-H 'Content-Type: application/json'`);
    lines.push(`-d ${quoteShell(JSON.stringify({ manifest: blockId, inputValues: nodes }))}`);
  }
  return lines.join(" \\\n  ");
}

function writeCli({ blockId, inputValues, fileNames, baseUrl }: BlockCall): string {
  const lines = [`oomol-connect run ${quoteShell(blockId)}`, `--base-url ${quoteShell(baseUrl)}`];
  for (const [handle, value] of Object.entries(inputValues)) {
    lines.push(`--input ${quoteShell(`${handle}=${cliValue(value)}`)}`);
  }
  for (const name of Object.values(fileNames).flat()) lines.push(`--file ${quoteShell(name)}`);
  return lines.join(" \\\n  ");
}

/** The CLI reads JSON, or else text; a text that looks like JSON must be quoted as JSON. */
function cliValue(value: unknown): string {
  const json = JSON.stringify(value);
  if (typeof value !== "string") return json;
  try {
    JSON.parse(value);
    return json;
  } catch {
    return value;
  }
}

function quoteShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function indent(text: string, by: string): string {
  return text.replaceAll("\n", `\n${by}`);
}
