import { type ArrowVector, arrowValue } from "./arrow-value.ts";
import { hasMethod, rowsByCell } from "./frame-parts.ts";
import type { FrameView } from "./frame-view.ts";

/** Apache Arrow's `Table` and `RecordBatch`. */
export interface ArrowTable {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: unknown; readonly type: unknown }[] };
  getChildAt(index: number): { get(index: number): unknown } | null;
}

export function isArrow(value: object): value is ArrowTable {
  const { numRows, schema } = value as Partial<ArrowTable>;
  return typeof numRows === "number" && typeof schema === "object" && hasMethod(value, "getChildAt");
}

export function viewArrow(table: ArrowTable): FrameView {
  const { fields } = table.schema;
  // A child of any version of Arrow has what is read of it.
  const children = fields.map((_, column) => table.getChildAt(column) as ArrowVector | null);
  return {
    columns: fields.map(({ name }) => String(name)),
    types: fields.map(({ type }) => String(type)),
    rowCount: table.numRows,
    rows: rowsByCell(table.numRows, fields.length, (column, row) => {
      const child = children[column];
      return child && arrowValue(child, row);
    }),
  };
}

/** One column by itself. */
export function isArrowVector(value: object): value is ArrowVector {
  const { data, length } = value as Partial<ArrowVector>;
  return hasMethod(value, "getChildAt") && Array.isArray(data) && typeof length === "number";
}

export function viewArrowVector(vector: ArrowVector): FrameView {
  return {
    columns: ["value"],
    types: [String(vector.type)],
    rowCount: vector.length,
    isSeries: true,
    rows: rowsByCell(vector.length, 1, (_, row) => arrowValue(vector, row)),
  };
}
