import { describedBy, type FieldProps } from "./field-frame.tsx";

/** A number; with both ends known, a slider beside it. */
export function NumberField({ field, id, value, problem, onChange }: FieldProps<string>) {
  const { minimum, maximum, multipleOf } = field.schema;
  const hasRange = typeof minimum === "number" && typeof maximum === "number";
  const fallback = field.isInteger ? 1 : "any";
  return (
    <div className="number-field">
      {hasRange && (
        <input
          type="range"
          aria-label={`${field.handle}, ${minimum}–${maximum}`}
          min={minimum}
          max={maximum}
          step={typeof multipleOf === "number" ? multipleOf : fallback}
          value={Number.isFinite(Number(value)) && value !== "" ? value : minimum}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      <input
        id={id}
        className="input"
        // `type="number"` would hide what was typed where it is no number.
        type="text"
        inputMode={field.isInteger ? "numeric" : "decimal"}
        autoComplete="off"
        value={value}
        {...describedBy(id, field, problem)}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
