import { Combobox } from "@base-ui/react/combobox";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { useMessages } from "../i18n/use-messages.ts";
import { Icon } from "../ui/icon.tsx";
import { describedBy, type FieldProps } from "./field-frame.tsx";

interface Item {
  value: string;
  label: string;
}

/** A list with a search field; what is typed narrows it down. */
export default function LongChoice({ field, id, value, problem, onChange }: FieldProps<string>) {
  const messages = useMessages();
  const items = field.choices.map(({ label }, position): Item => ({ value: String(position), label }));
  return (
    // Inline styles are forbidden by our own policy.
    <CSPProvider disableStyleElements>
      <Combobox.Root
        items={items}
        value={items.find((item) => item.value === value) ?? null}
        onValueChange={(item: Item | null) => onChange(item?.value ?? "")}
      >
        <div className="combobox">
          <Combobox.Input
            id={id}
            className="input"
            placeholder={messages.chooseOne}
            {...describedBy(id, field, problem)}
          />
          <Combobox.Clear className="combobox-button" aria-label={messages.clear}>
            <Icon name="close" />
          </Combobox.Clear>
          <Combobox.Trigger className="combobox-button" aria-label={messages.showChoices}>
            <Icon name="chevron" />
          </Combobox.Trigger>
        </div>
        <Combobox.Portal>
          <Combobox.Positioner className="combobox-layer" sideOffset={6}>
            <Combobox.Popup className="combobox-popup">
              <Combobox.Empty className="combobox-empty">{messages.noChoice}</Combobox.Empty>
              <Combobox.List className="combobox-list" aria-label={field.handle}>
                {(item: Item) => (
                  <Combobox.Item key={item.value} value={item} className="combobox-item">
                    <span>{item.label}</span>
                    <Combobox.ItemIndicator>
                      <Icon name="check" />
                    </Combobox.ItemIndicator>
                  </Combobox.Item>
                )}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
    </CSPProvider>
  );
}
