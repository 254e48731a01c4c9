import { type ReactNode, useRef } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { Icon } from "../ui/icon.tsx";
import { type Draft, initialDraft, type ListDraft, type ListItem } from "./draft.ts";
import type { Field } from "./field.ts";
import type { FieldProps } from "./field-frame.tsx";

interface ListItemsProps extends FieldProps<ListDraft> {
  item: Field;
  /** Shows one item; `change` answers the whole list with another draft in the item's place. */
  children(item: Field, entry: ListItem, change: (draft: Draft) => ListDraft): ReactNode;
}

/** The items of an array, each with its fields, to be added and removed. */
export function ListItems({ field, value, problem, item, onChange, children }: ListItemsProps) {
  const messages = useMessages();
  const list = useRef<HTMLDivElement>(null);
  const { items, nextKey } = value;
  const { maxItems } = field.schema;
  const nameOf = (position: number) => `${field.handle} ${position + 1}`;
  const add = () => {
    onChange({ items: [...items, { key: nextKey, draft: initialDraft(item) }], nextKey: nextKey + 1 });
    focusSoon(list.current, ":scope > ol > li:last-child :is(input, select, textarea, .add-item)");
  };
  const remove = (key: number, position: number) => {
    onChange({ ...value, items: items.filter((one) => one.key !== key) });
    // What had the focus is gone; the one that takes its place has it, or else the button that adds.
    const next = `:scope > ol > li:nth-child(${position + 1}) > .remove-item`;
    focusSoon(list.current, next, ":scope > .add-item");
  };
  return (
    <div className="nested-list" ref={list}>
      {items.length > 0 && (
        <ol>
          {items.map((entry, position) => (
            <li key={entry.key}>
              {children({ ...item, handle: nameOf(position) }, entry, (draft) => ({
                ...value,
                items: items.map((one) => (one.key === entry.key ? { ...one, draft } : one)),
              }))}
              <button
                type="button"
                className="button quiet small remove-item"
                aria-label={messages.remove(nameOf(position))}
                onClick={() => remove(entry.key, position)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ol>
      )}
      <button
        type="button"
        className="button small add-item"
        aria-label={messages.addTo(field.handle)}
        data-invalid={problem !== undefined}
        disabled={typeof maxItems === "number" && items.length >= maxItems}
        onClick={add}
      >
        <Icon name="plus" />
        {messages.add}
      </button>
    </div>
  );
}

/** The first of these that there is, once React has drawn it. */
function focusSoon(list: HTMLElement | null, ...selectors: string[]): void {
  requestAnimationFrame(() => {
    const found = selectors.map((selector) => list?.querySelector<HTMLElement>(selector));
    found.find((element) => element)?.focus();
  });
}
