import { ChoiceField } from "./choice-field.tsx";
import type { Draft } from "./draft.ts";
import { FieldFrame } from "./field-frame.tsx";
import { FileField } from "./file-field.tsx";
import { NumberField } from "./number-field.tsx";
import { SwitchField } from "./switch-field.tsx";
import { TextField } from "./text-field.tsx";
import type { BlockForm } from "./use-block-form.ts";

/** The control for one input, by its kind. */
export function FieldControl({ form, handle }: { form: BlockForm; handle: string }) {
  const field = form.fields.find((candidate) => candidate.handle === handle);
  if (!field) return null;
  const id = `input-${handle}`;
  const problem = form.problemOf(handle);
  const draft = form.drafts[handle];
  const common = { field, id, problem, onChange: (value: Draft) => form.change(handle, value) };
  return (
    <FieldFrame field={field} id={id} problem={problem}>
      {chooseControl()}
    </FieldFrame>
  );

  function chooseControl() {
    if (typeof draft === "boolean") return <SwitchField {...common} value={draft} />;
    if (typeof draft === "object") return <FileField {...common} value={draft} />;
    if (field?.kind === "number") return <NumberField {...common} value={draft ?? ""} />;
    if (field?.kind === "choice") return <ChoiceField {...common} value={draft ?? ""} />;
    return <TextField {...common} value={draft ?? ""} />;
  }
}
