import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { PreviewItem } from "../state/task-view.ts";
import { downloadText } from "../ui/download.ts";
import { Icon } from "../ui/icon.tsx";
import { ScrollRegion } from "../ui/scroll-region.tsx";
import { ShowAll } from "../ui/show-all.tsx";
import { csvOf } from "./csv-of.ts";
import { readCsv } from "./read-csv.ts";
import { SourceCard } from "./source-card.tsx";
import { cellText, type Table, tableOf, tableOfCsv } from "./table-of.ts";
import { useSaveFile } from "./use-save-file.ts";
import { useSourceText } from "./use-source.ts";

/** A table given as data, or as a CSV file on the server. */
export default function TablePreview({ item }: { item: PreviewItem }) {
  if (typeof item.data === "string") return <CsvFile item={item} source={item.data} />;
  const table = tableOf(item.data);
  if (!table) return <SourceCard />;
  const save = () => void downloadText(`table-${item.id}.csv`, csvOf(table), "text/csv");
  return <TableView table={table} id={item.id} onSave={save} />;
}

/** Of a file; it can be saved whole. The first rows are drawn before the others are read. */
const firstCsvBytes = 256 * 1024;
const mostCsvBytes = 16 * 1024 * 1024;

function CsvFile({ item, source }: { item: PreviewItem; source: string }) {
  const first = useSourceText(item, source, "text/csv", firstCsvBytes);
  const more = useSourceText(item, source, "text/csv", mostCsvBytes, first.isCut);
  const { text, isCut, path, url } = more.text === undefined ? first : more;
  const save = useSaveFile(item, path);
  const table = useMemo(
    () => (text === undefined ? undefined : tableOfCsv(readCsv(text), item, isCut)),
    [text, item, isCut],
  );
  return table ? (
    <TableView table={table} id={item.id} onSave={save} />
  ) : (
    <SourceCard path={path} url={url} />
  );
}

const rowHeight = 34;
const fewColumns = 100;
/** With the rows in sight, as many cells as a page still draws at once. */
const mostColumns = 2_000;

/** Only the rows in sight are in the document, so a hundred thousand of them scroll like ten. */
function TableView({ table, id, onSave }: { table: Table; id: number; onSave: () => void }) {
  const { rowsThere, rowCount, types, gap } = table;
  const messages = useMessages();
  const [isWide, setWide] = useState(false);
  const columns = table.columns.slice(0, isWide ? mostColumns : fewColumns);
  const box = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: rowsThere,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const visible = virtualizer.getVirtualItems();
  const before = visible[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (visible.at(-1)?.end ?? 0);
  return (
    <div className="table-preview">
      <ScrollRegion ref={box} className="table-scroll" label={`${messages.table} ${id}`}>
        <table aria-rowcount={rowsThere + 1} aria-colcount={table.columns.length}>
          <thead>
            <tr>
              {columns.map((column, position) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may bear one name
                <th key={position} scope="col">
                  {column}
                  {types[position] !== undefined && <small className="column-type">{types[position]}</small>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Gap height={before} />
            {visible.map(({ index }) => (
              <tr key={index} aria-rowindex={index + 2}>
                {columns.map((_, position) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
                  <td key={position}>{cellText(table.cell(index, position))}</td>
                ))}
              </tr>
            ))}
            <Gap height={after} />
          </tbody>
        </table>
      </ScrollRegion>
      <div className="table-foot">
        <p className="table-count">
          <span>{messages.rows(rowCount, gap === undefined ? rowsThere : rowsThere - 1)}</span>
          {" × "}
          <span>{messages.columns(table.columns.length, columns.length)}</span>
        </p>
        <button type="button" className="button quiet small" onClick={onSave}>
          <Icon name="download" />
          CSV
        </button>
      </div>
      {!isWide && columns.length < table.columns.length && <ShowAll onShow={() => setWide(true)} />}
    </div>
  );
}

function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr className="gap" style={{ height }}>
      <td />
    </tr>
  );
}
