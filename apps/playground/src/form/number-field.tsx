import type { CSSProperties } from "react";
import { describedBy, type FieldProps } from "./field-frame.tsx";

/** A number; with both ends known, a slider beside it. */
export function NumberField({ field, id, value, problem, onChange }: FieldProps<string>) {
  const { minimum, maximum, multipleOf } = field.schema;
  const hasRange = typeof minimum === "number" && typeof maximum === "number";
  const fallback = field.isInteger ? 1 : "any";
  const position = value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : minimum;
  return (
    <div className="number-field">
      {hasRange && (
        <input
          type="range"
          aria-label={`${field.handle}, ${minimum}–${maximum}`}
          min={minimum}
          max={maximum}
          step={typeof multipleOf === "number" ? multipleOf : fallback}
          value={String(position)}
          style={fillUpTo(position, minimum, maximum)}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      <input
        id={id}
        className="input"
        // `type="number"` would hide what was typed if it is no number.
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

/** The style sheet colours the slider up to here. */
function fillUpTo(position: unknown, minimum: number, maximum: number): CSSProperties {
  const share = (Number(position) - minimum) / Math.max(1e-9, maximum - minimum);
  return { "--fill": `${Math.min(1, Math.max(0, share)) * 100}%` } as CSSProperties;
}
