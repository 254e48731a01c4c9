import type { StoredStatus } from "./tables.ts";

/** Which tasks are listed. */
export interface TaskFilter {
  /** Of one caller; of all by default. */
  caller?: string | undefined;
  /** In one of these states. */
  statuses?: readonly StoredStatus[] | undefined;
  blockId?: string | undefined;
  /** Only tasks that were accepted before the one with this sequence. */
  before?: number | undefined;
}

/** What a filter looks at, of a stored task. */
export interface FilteredRow {
  status: StoredStatus;
  block_id: string;
  /** Missing if only rows of the filter's caller were asked for. */
  caller?: string;
}

export function isListed(row: FilteredRow, { caller, statuses, blockId }: TaskFilter): boolean {
  return (
    (caller === undefined || row.caller === undefined || row.caller === caller) &&
    (statuses === undefined || statuses.includes(row.status)) &&
    (blockId === undefined || row.block_id === blockId)
  );
}
