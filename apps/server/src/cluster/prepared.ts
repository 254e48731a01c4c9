import { createHash } from "node:crypto";
import type pg from "pg";

const names = new Map<string, string>();
/** Each connection keeps the plans of all that it has run; those of a task are ten. */
const mostNames = 200;

/**
 * A statement that each connection plans once, by a name that follows from its text. For those that come with every task:
 * planning one takes PostgreSQL longer than running it.
 */
export function prepared(text: string, values: unknown[]): pg.QueryConfig {
  const name = names.get(text) ?? remember(text);
  return name === undefined ? { text, values } : { name, text, values };
}

function remember(text: string): string | undefined {
  if (names.size >= mostNames) return undefined;
  const name = `connect-${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
  names.set(text, name);
  return name;
}
