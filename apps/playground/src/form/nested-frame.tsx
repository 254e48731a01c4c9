import "../styles/nested.css";
import type { ReactNode } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { Problem } from "./check-value.ts";
import type { Field } from "./field.ts";
import { describedBy, FieldNotes, typeName } from "./field-frame.tsx";

interface NestedFrameProps {
  field: Field;
  id: string;
  problem: Problem | undefined;
  children: ReactNode;
}

/** Name, description and problem around the fields of an object, or the items of an array. */
export function NestedFrame({ field, id, problem, children }: NestedFrameProps) {
  const messages = useMessages();
  const { "aria-describedby": notes } = describedBy(id, field, problem);
  return (
    <fieldset className="nested" data-kind={field.kind} id={id} aria-describedby={notes}>
      <legend className="field-head">
        <span>{field.handle}</span>
        {field.isOptional && <span className="field-optional">{messages.optional}</span>}
        <span className="field-type">{typeName(field)}</span>
      </legend>
      <FieldNotes field={field} id={id} problem={problem} />
      {children}
    </fieldset>
  );
}
