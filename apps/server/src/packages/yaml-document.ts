import {
  type Alias,
  type Document,
  isCollection,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  visit,
  YAMLParseError,
} from "yaml";

/** Of a text: its values and signs, comments and ends of lines. So many take half a second. */
const mostParts = 150_000;
/** With each alias as what it stands for. */
const mostValues = 75_000;
/** A schema that is nested deeper than is checked costs its own handle the check, and nobody the block. */
const deepest = 600;

/**
 * Parses YAML of strangers in time that grows with its length alone; integers are bigints, and aliases are replaced by copies of
 * what they stand for. Throws for what is no YAML or too much; an error of nesting has the code `RESOURCE_EXHAUSTION`.
 */
export function parseYamlDocument(text: string): Document {
  requireFewParts(text);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    intAsBigInt: true,
    // Its warnings would be printed, into the server's own output.
    logLevel: "error",
    // Whatever version the text says it is: the other schemas have lists whose keys are compared with each other.
    schema: "core",
    resolveKnownTags: false,
    // Each would be compared with all before it.
    uniqueKeys: false,
    // Each would copy its line, for the only one that is told.
    prettyErrors: false,
    lineCounter: lines,
  });
  try {
    const [error] = document.errors;
    if (error) throw error;
    resolveNodes(document, text);
  } catch (error) {
    if (error instanceof YAMLParseError) addPlace(error, lines);
    throw error;
  }
  return document;
}

function requireFewParts(text: string): void {
  let parts = 0;
  for (const _part of new Lexer().lex(text)) {
    parts += 1;
    if (parts > mostParts)
      throw new Error(`it has more than ${mostParts} parts: values, signs, comments and ends of lines`);
  }
}

/** Looks at each node once, and replaces aliases, and keys that are no scalars by the text that they are written in. */
function resolveNodes(document: Document, text: string): void {
  const anchors = new Map<string, Node>();
  const levels = new Map<unknown, number>();
  let values = 0;
  const enter = (node: Node, path: readonly unknown[]) => {
    values += 1;
    if (values > mostValues)
      throw new Error(`it has more than ${mostValues} values, with each alias as what it stands for`);
    if (isCollection(node)) levels.set(node, (levels.get(path.findLast(isCollection)) ?? 0) + 1);
    if ((levels.get(node) ?? 0) > deepest)
      throw problemAt(node, "RESOURCE_EXHAUSTION", `it is nested more than ${deepest} levels deep`);
    if (!("anchor" in node) || node.anchor === undefined) return;
    anchors.set(node.anchor, node);
    delete node.anchor; // copies set none
  };
  visit(document, {
    Value: (_key, node, path) => enter(node, path),
    Map(_key, map, path) {
      enter(map, path);
      requireUniqueKeys(map.items.map(({ key }) => key));
    },
    Pair(_key, pair) {
      const { key } = pair;
      if (isCollection(key)) pair.key = new Scalar(text.slice(key.range?.[0], key.range?.[1]));
    },
    Alias: (key, alias, path) => standIn(alias, anchors.get(alias.source), key === "key", path),
  });
}

function standIn(alias: Alias, node: Node | undefined, isKey: boolean, path: readonly unknown[]): Node {
  const { source } = alias;
  if (!node) {
    const message = `Unresolved alias (the anchor must be set before the alias): ${source}`;
    throw problemAt(alias, "BAD_ALIAS", message);
  }
  if (path.includes(node))
    throw problemAt(alias, "BAD_ALIAS", `The alias *${source} is part of what it stands for`);
  return isKey && isCollection(node) ? new Scalar(`*${source}`) : (node.clone() as Node);
}

function requireUniqueKeys(keys: readonly unknown[]): void {
  const seen = new Set<unknown>();
  for (const key of keys) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) throw problemAt(key, "DUPLICATE_KEY", "Map keys must be unique");
    seen.add(key.value);
  }
}

function problemAt(node: unknown, code: YAMLParseError["code"], message: string): YAMLParseError {
  const start = (isNode(node) && node.range?.[0]) || 0;
  return new YAMLParseError([start, start + 1], code, message);
}

function addPlace(error: YAMLParseError, lines: LineCounter): void {
  if (error.pos[0] < 0) return;
  const { line, col } = lines.linePos(error.pos[0]);
  error.message += ` at line ${line}, column ${col}`;
}
