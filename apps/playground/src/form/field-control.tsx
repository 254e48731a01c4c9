import { ChoiceField } from "./choice-field.tsx";
import { ColourField } from "./colour-field.tsx";
import { type Draft, isFiles, isGroup, isList } from "./draft.ts";
import type { Field } from "./field.ts";
import { FieldFrame } from "./field-frame.tsx";
import { FileField } from "./file-field.tsx";
import { ListItems } from "./list-items.tsx";
import { NestedFrame } from "./nested-frame.tsx";
import { NumberField } from "./number-field.tsx";
import { SwitchField } from "./switch-field.tsx";
import { TextField } from "./text-field.tsx";
import type { BlockForm } from "./use-block-form.ts";

interface FieldControlProps {
  form: BlockForm;
  field: Field;
  /** Handles and keys of items, with slashes, from the input down to this field. */
  path: string;
  draft: Draft | undefined;
  /** `touched` is the path of the field that was changed: this one or one inside it. */
  onChange(draft: Draft, touched: string): void;
}

/** The control for one input or for a part of one, by its kind. */
export function FieldControl({ form, field, path, draft, onChange }: FieldControlProps) {
  const id = `input-${path}`;
  const problem = form.problemOf(path);
  const frame = { field, id, problem };
  const common = { ...frame, onChange: (value: Draft) => onChange(value, path) };
  if (isGroup(draft)) {
    return (
      <NestedFrame {...frame}>
        {field.children.map((child) => (
          <FieldControl
            key={child.handle}
            form={form}
            field={child}
            path={`${path}/${child.handle}`}
            draft={draft.group[child.handle]}
            onChange={(inner, touched) =>
              onChange({ group: { ...draft.group, [child.handle]: inner } }, touched)
            }
          />
        ))}
      </NestedFrame>
    );
  }
  if (isList(draft) && field.item) {
    return (
      <NestedFrame {...frame}>
        <ListItems {...common} item={field.item} value={draft}>
          {(item, { key, draft }, change) => (
            <FieldControl
              form={form}
              field={item}
              path={`${path}/${key}`}
              draft={draft}
              onChange={(inner, touched) => onChange(change(inner), touched)}
            />
          )}
        </ListItems>
      </NestedFrame>
    );
  }
  return <FieldFrame {...frame}>{chooseControl()}</FieldFrame>;

  function chooseControl() {
    if (typeof draft === "boolean") return <SwitchField {...common} value={draft} />;
    if (field.kind === "file" || field.kind === "files") {
      return <FileField {...common} value={isFiles(draft) ? draft : []} />;
    }
    const text = typeof draft === "string" ? draft : "";
    if (field.kind === "number") return <NumberField {...common} value={text} />;
    if (field.kind === "choice") return <ChoiceField {...common} value={text} />;
    if (field.kind === "colour") return <ColourField {...common} value={text} />;
    return <TextField {...common} value={text} />;
  }
}
