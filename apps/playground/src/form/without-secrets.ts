import type { Field } from "./field.ts";
import { isRecord } from "./nested-schema.ts";

/** A field's value with a word in the place of each secret, however deep. */
export function withoutSecrets(field: Field, value: unknown): unknown {
  const { kind, children, item } = field;
  if (kind === "secret") return "YOUR_SECRET";
  if (Array.isArray(value) && item) return value.map((one) => withoutSecrets(item, one));
  if (kind !== "group" || !isRecord(value)) return value;
  const known = new Map(children.map((child) => [child.handle, child]));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const child = known.get(name);
      return [name, child ? withoutSecrets(child, inner) : inner];
    }),
  );
}
