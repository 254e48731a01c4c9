import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type KnownToken, roles } from "../http/callers.ts";

/**
 * Lines of the file and items of the variable; comments and blanks do not count. A line of the file is a token, which may be
 * used for everything, or `{ name: …, token: …, roles: [run, install, admin] }` as JSON or YAML.
 */
export function readTokens(file: string | undefined): KnownToken[] {
  const lines = file === undefined ? [] : readFileSync(file, "utf8").split(/\r?\n/);
  const inFile = lines.flatMap((line, index) => {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) return [];
    const place = `${file}:${index + 1}`;
    return [text.startsWith("{") ? parseNamed(text, place) : checkBare(text, place)];
  });
  const listed = (process.env[tokensVariable] ?? "").split(",").map((token) => token.trim());
  return [...inFile, ...listed.filter(Boolean).map((token) => checkBare(token, tokensVariable))];
}

const tokensVariable = "OOMOL_CONNECT_SERVER_TOKENS";

/** An item of a list in YAML, or `Bearer TOKEN`, would be a token as a whole, which nobody sends. */
function checkBare(token: string, place: string): string {
  const [before] = /^(?:-\s|Bearer\s|\[)/i.exec(token) ?? [];
  if (before === undefined) return token;
  throw new Error(
    `The token in ${place} begins with "${before}": write it alone, or ${named} on a line of the file.`,
  );
}

const named = `{ name: NAME, token: "TOKEN", roles: [${roles.join(", ")}] }`;

const namedSchema = z.strictObject({
  name: z.string(),
  token: z.string(),
  roles: z.array(z.enum(roles)),
});

/** Says where it is wrong, and nothing of what stands there: it is a secret. */
function parseNamed(text: string, place: string): KnownToken {
  const wrong = (problem: string) =>
    new Error(`The token in ${place} ${problem}: write ${named} on one line, with the roles it needs.`);
  let value: unknown;
  try {
    // Failsafe: `token: 0123` is a text, too.
    value = parse(text, { schema: "failsafe", logLevel: "error" });
  } catch {
    throw wrong("is neither JSON nor YAML");
  }
  const checked = namedSchema.safeParse(value);
  if (checked.success) return checked.data;
  const fields = checked.error.issues.map(({ path }) => path[0] ?? "fields");
  throw wrong(`has wrong or missing ${[...new Set(fields.map(String))].join(" and ")}`);
}
