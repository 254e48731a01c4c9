import { isMap, isPair, isScalar, type Pair, type Scalar, visit, type YAMLMap } from "yaml";
import { parseYamlDocument } from "./yaml-document.ts";

/** What a YAML text says, and which of its numbers stand in it as texts. */
export interface ExactYaml {
  value: unknown;
  /** The numbers that JavaScript and JSON would change, each as a clause of a sentence. */
  inexact: string[];
}

/**
 * Reads YAML, whose numbers have no limits, and changes none silently: what a double cannot hold becomes a text of the same digits
 * (decision 0018). Throws as {@link parseYamlDocument} does.
 */
export function parseExactYaml(text: string): ExactYaml {
  const document = parseYamlDocument(text);
  const inexact: string[] = [];
  const handleOf = createHandleNames();
  visit(document, {
    Scalar(key, scalar, path) {
      if (typeof scalar.value !== "number" && typeof scalar.value !== "bigint") return;
      if (key === "key") scalar.value = asKey(scalar.value);
      else if (path.length <= deepestWord && isWord(path.filter(isPair))) scalar.value = asWord(scalar);
      else if (isHeld(scalar.value)) scalar.value = asNumber(scalar.value);
      else if (isLimit(path.filter(isPair))) scalar.value = asNumber(scalar.value);
      else {
        if (inexact.length === mostInexact) throw new Error(tooManyInexact);
        inexact.push(describe(scalar, nameOf(path, handleOf)));
        scalar.value = asText(scalar);
      }
    },
  });
  return { value: document.toJS(), inexact };
}

/** Each is told. */
const mostInexact = 1_000;
const tooManyInexact = `it has more than ${mostInexact} numbers that readers of JSON change; write them in quotes`;

/** The document, and a map and a pair twice. */
const deepestWord = 5;

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
  if (!Number.isFinite(Number(value))) return false;
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

type HandleNames = (map: YAMLMap) => string | undefined;

/** A map is looked through for its handle once, however many numbers are in it. */
function createHandleNames(): HandleNames {
  const known = new Map<YAMLMap, string | undefined>();
  return (map) => {
    if (!known.has(map)) {
      const handle = map.get("handle");
      known.set(map, typeof handle === "string" ? handle : undefined);
    }
    return known.get(map);
  };
}

/** The handle that it belongs to, or the key that it stands under. */
function nameOf(path: readonly unknown[], handleOf: HandleNames): string {
  const map = path.findLast((node) => isMap(node) && handleOf(node) !== undefined);
  return (isMap(map) && handleOf(map)) || keyOf(path.findLast(isPair));
}

function keyOf(pair: Pair | undefined): string {
  return isScalar(pair?.key) ? String(pair.key.value) : "";
}
