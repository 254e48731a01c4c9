import { type Cell, toCell } from "./to-cell.ts";

/** Makes the cells of one table. */
export interface TableCells {
  /** Row and column count from 0. */
  cell(value: unknown, row: number, column: number): Cell;
  /** Warns of values that no cell could show so far; once for a table. */
  tell(): void;
}

export function createTableCells(columns: readonly unknown[], warn: (text: string) => void): TableCells {
  let first: string | undefined;
  let count = 0;
  let isTold = false;
  const place = { row: 0, column: 0 };
  const hear = (reason: string) => {
    const { row, column } = place;
    first ??= `preview(), at column ${toCell(columns[column]) ?? column}, row ${row + 1}: ${reason}`;
    count += 1;
  };
  return {
    cell(value, row, column) {
      // No function for each cell of millions.
      place.row = row;
      place.column = column;
      return toCell(value, hear);
    },
    tell() {
      if (first === undefined || isTold) return;
      isTold = true;
      warn(`${first}${count > 1 ? ` (and ${count - 1} more like it)` : ""}.`);
    },
  };
}
