import { formatBytes } from "@oomol/connect-shared/format-bytes";
import { type DragEvent, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { Icon } from "../ui/icon.tsx";
import { describedBy, type FieldProps } from "./field-frame.tsx";

/** One file or several, dropped or chosen. */
export function FileField({ field, id, value, problem, onChange }: FieldProps<readonly File[]>) {
  const messages = useMessages();
  const [isOver, setOver] = useState(false);
  const isList = field.kind === "files";
  const add = (list: FileList | null) => {
    const given = [...(list ?? [])];
    if (given.length > 0) onChange(isList ? [...value, ...given] : given.slice(0, 1));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  return (
    <div className="file-field">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the file input inside does the same by keyboard */}
      <div
        className="drop"
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Icon name="upload" />
        <span>{isList ? messages.dropFiles : messages.dropFile}</span>
        <input
          id={id}
          type="file"
          multiple={isList}
          {...describedBy(id, field, problem)}
          onChange={(event) => {
            add(event.target.files);
            // The same file may be chosen again after it was removed.
            event.target.value = "";
          }}
        />
      </div>
      {value.length > 0 && (
        <ul className="file-list">
          {value.map((file, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same file may be given twice
            <li key={`${file.name}-${position}`}>
              <Icon name="file" />
              <span className="file-name">{file.name}</span>
              <span className="file-size">{formatBytes(file.size)}</span>
              <button
                type="button"
                className="button quiet small"
                aria-label={messages.remove(file.name)}
                onClick={() => onChange(value.filter((_, index) => index !== position))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
