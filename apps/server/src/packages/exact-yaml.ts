import { isMap, isPair, isScalar, type Pair, parseDocument, type Scalar, visit } from "yaml";

/** What a YAML text says, and which of its numbers stand in it as texts. */
export interface ExactYaml {
  value: unknown;
  /** The numbers that JavaScript and JSON would change, each as a clause of a sentence. */
  inexact: string[];
}

/**
 * Reads YAML, whose numbers have no limits, and changes none silently: what a double cannot hold becomes a text of the same digits
 * (decision 0018). Throws for what is no YAML.
 */
export function parseExactYaml(text: string): ExactYaml {
  // Its warnings would be printed, into the server's own output.
  const document = parseDocument(text, { logLevel: "error", intAsBigInt: true });
  const [error] = document.errors;
  if (error) throw error;
  const inexact: string[] = [];
  visit(document, {
    Scalar(key, scalar, path) {
      const pairs = path.filter(isPair);
      if (key === "key") scalar.value = asKey(scalar.value);
      else if (isWord(pairs)) scalar.value = asWord(scalar);
      else if (isHeld(scalar.value) || isLimit(pairs)) scalar.value = asNumber(scalar.value);
      else {
        inexact.push(describe(scalar, nameOf(path, pairs)));
        scalar.value = asText(scalar);
      }
    },
  });
  return { value: document.toJS(), inexact };
}

/** Of the document itself: a version `1.10` is not `1.1`. */
const words = ["name", "title", "description", "version"];

const isWord = (pairs: readonly Pair[]) =>
  (pairs.length === 1 && words.includes(keyOf(pairs[0]))) ||
  (pairs.length === 2 && keyOf(pairs[0]) === "dependencies");

const limits =
  /^(?:(?:exclusive)?(?:minimum|maximum)|multipleOf|(?:min|max)(?:Length|Items|Contains|Properties))$/i;

/** A limit of a schema: what is compared with it has been rounded, too. */
const isLimit = (pairs: readonly Pair[]) =>
  limits.test(keyOf(pairs.at(-1))) && pairs.some((pair) => keyOf(pair) === "json_schema");

function isHeld(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "bigint") return true;
  // What is written again as it was is not changed, though the double may be a little off.
  return BigInt(Number(value)) === value || String(Number(value)) === String(value);
}

const asKey = (value: unknown) => (typeof value === "bigint" ? String(value) : value);
const asNumber = (value: unknown) => (typeof value === "bigint" ? Number(value) : value);
const asWord = ({ value, source }: Scalar) =>
  typeof value === "number" || typeof value === "bigint" ? (source ?? String(value)) : value;
const asText = ({ value, source }: Scalar) =>
  typeof value === "bigint" ? String(value) : (source ?? String(value));

function describe(scalar: Scalar, name: string): string {
  const text = asText(scalar);
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  const value = Number(scalar.value);
  const change = Number.isFinite(value) ? ` to ${value}` : "";
  return `the number ${shown} of "${name}", which readers of JSON change${change}, counts as text; write it in quotes`;
}

/** The handle that it belongs to, or the key that it stands under. */
function nameOf(path: readonly unknown[], pairs: readonly Pair[]): string {
  const handle = path.findLast((node) => isMap(node) && typeof node.get("handle") === "string");
  return isMap(handle) ? String(handle.get("handle")) : keyOf(pairs.at(-1));
}

function keyOf(pair: Pair | undefined): string {
  return isScalar(pair?.key) ? String(pair.key.value) : "";
}
