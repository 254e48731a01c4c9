import { describedBy, type FieldProps } from "./field-frame.tsx";

/** Text on one line or several, secrets, and JSON. */
export function TextField({ field, id, value, problem, onChange }: FieldProps<string>) {
  const common = { id, value, ...describedBy(id, field, problem), spellCheck: field.kind === "textarea" };
  if (field.kind === "textarea" || field.kind === "json") {
    return (
      <textarea
        {...common}
        className={field.kind === "json" ? "input mono" : "input"}
        rows={4}
        placeholder={field.kind === "json" ? (field.schema.type === "array" ? "[ ]" : "{ }") : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return (
    <input
      {...common}
      className="input"
      type={field.kind === "secret" ? "password" : "text"}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
