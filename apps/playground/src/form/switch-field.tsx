import { describedBy, type FieldProps } from "./field-frame.tsx";

export function SwitchField({ field, id, value, problem, onChange }: FieldProps<boolean>) {
  return (
    <input
      id={id}
      className="switch"
      type="checkbox"
      role="switch"
      checked={value}
      aria-checked={value}
      {...describedBy(id, field, problem)}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}
