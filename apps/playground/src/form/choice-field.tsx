import { lazy, Suspense } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { Icon } from "../ui/icon.tsx";
import { describedBy, type FieldProps } from "./field-frame.tsx";

/** Loaded if a list is long enough to search: most forms do without. */
const LongChoice = lazy(() => import("./long-choice.tsx"));

const mostWithoutSearch = 12;

/** One value out of a list. The draft is its position, so that values of any type can be chosen. */
export function ChoiceField(props: FieldProps<string>) {
  const { field, id, value, problem, onChange } = props;
  const messages = useMessages();
  const list = (
    <div className="select">
      <select
        id={id}
        className="input"
        value={value}
        {...describedBy(id, field, problem)}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{messages.chooseOne}</option>
        {field.choices.map((choice, position) => (
          <option key={choice.label} value={String(position)}>
            {choice.label}
          </option>
        ))}
      </select>
      <Icon name="chevron" />
    </div>
  );
  if (field.choices.length <= mostWithoutSearch) return list;
  return (
    <Suspense fallback={list}>
      <LongChoice {...props} />
    </Suspense>
  );
}
