import type { ReactNode } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { Problem } from "./check-value.ts";
import type { Field } from "./field.ts";

/** What every kind of field is given. */
export interface FieldProps<Value> {
  field: Field;
  id: string;
  value: Value;
  problem: Problem | undefined;
  onChange(value: Value): void;
}

/** Attributes that tie a control to its description and its problem. */
export function describedBy(id: string, { description }: Field, problem: Problem | undefined) {
  const ids = [...(description ? [`${id}-note`] : []), ...(problem ? [`${id}-problem`] : [])].join(" ");
  return { "aria-describedby": ids || undefined, "aria-invalid": problem !== undefined };
}

interface FieldFrameProps {
  field: Field;
  id: string;
  problem: Problem | undefined;
  children: ReactNode;
}

/** Label, description and problem around a control. */
export function FieldFrame({ field, id, problem, children }: FieldFrameProps) {
  const messages = useMessages();
  return (
    <div className="field" data-kind={field.kind}>
      <div className="field-head">
        <label htmlFor={id}>{field.handle}</label>
        {field.isOptional && <span className="field-optional">{messages.optional}</span>}
        <span className="field-type">{typeName(field)}</span>
      </div>
      {children}
      <FieldNotes field={field} id={id} problem={problem} />
    </div>
  );
}

/** What is wrong with a field, and what it is for. */
export function FieldNotes({ field, id, problem }: Omit<FieldFrameProps, "children">) {
  const messages = useMessages();
  return (
    <>
      {problem && (
        <p className="field-problem" id={`${id}-problem`} role="alert">
          {messages.problem(problem)}
        </p>
      )}
      {field.description && (
        <p className="field-note" id={`${id}-note`}>
          {field.description}
        </p>
      )}
    </>
  );
}

/** The types of its schema, as they are written there. */
export function typeName({ schema, kind }: Field): string {
  if (kind === "file" || kind === "files") return kind;
  const types = [schema.type].flat().filter((type) => typeof type === "string" && type !== "null");
  return types.join(" | ") || "any";
}
