import { useMessages } from "../i18n/use-messages.ts";
import { describedBy, type FieldProps } from "./field-frame.tsx";

/** A colour to pick, and its text beside it, which may be one of another notation. */
export function ColourField({ field, id, value, problem, onChange }: FieldProps<string>) {
  const messages = useMessages();
  return (
    <div className="colour-field">
      <input
        type="color"
        aria-label={messages.pickColour(field.handle)}
        // Other notations cannot be shown there.
        value={/^#[0-9a-f]{6}$/i.test(value) ? value : "#000000"}
        onChange={(event) => onChange(event.target.value)}
      />
      <input
        id={id}
        className="input mono"
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={value}
        {...describedBy(id, field, problem)}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
