import type { Block } from "@oomol/connect-browser";
import { useEffect, useMemo, useState } from "react";
import type { Problem } from "./check-value.ts";
import { type Draft, type Drafts, initialDrafts } from "./draft.ts";
import { createField, type Field } from "./field.ts";
import { type Reading, readDraft } from "./read-draft.ts";

/** What stands in the forms of blocks, files included, until the page is left: other blocks are looked at meanwhile. */
const keptDrafts = new Map<string, Drafts>();

/** The state of one block's form. */
export interface BlockForm {
  fields: readonly Field[];
  drafts: Drafts;
  readings: ReadonlyMap<string, Reading>;
  /** The problem to show at a field: none before it was touched. The path of a field inside others has slashes. */
  problemOf(path: string): Problem | undefined;
  /** `touched` is the path of the field that was changed, if it lies inside the one of this handle. */
  change(handle: string, draft: Draft, touched?: string): void;
  reset(): void;
  /** Puts back what stood in the form when a task of the history was started. */
  restore(drafts: Drafts): void;
  /** What may be sent; `undefined` if something does not fit, and then every problem shows. */
  submit(): Submission | undefined;
}

export interface Submission {
  inputValues: Record<string, unknown>;
  /** By the input that they are for. */
  files: Record<string, readonly File[]>;
}

export function useBlockForm(block: Block, given: Drafts): BlockForm {
  const fields = useMemo(() => (block.inputs ?? []).map(createField), [block]);
  const [drafts, setDrafts] = useState(() =>
    initialDrafts(fields, { ...keptDrafts.get(block.blockId), ...given }),
  );
  useEffect(() => {
    keptDrafts.set(block.blockId, drafts);
  }, [block.blockId, drafts]);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [isAllShown, setAllShown] = useState(false);
  const readings = useMemo(
    () => new Map(fields.map((field) => [field.handle, readDraft(field, drafts[field.handle])])),
    [fields, drafts],
  );
  return {
    fields,
    drafts,
    readings,
    problemOf(path) {
      if (!isAllShown && !touched.has(path)) return undefined;
      const handle = path.split("/", 1).join("");
      const reading = readings.get(handle);
      if (reading?.state !== "problem") return undefined;
      if (path !== handle) return reading.inside?.get(path.slice(handle.length + 1));
      // What is wrong inside is said there.
      return reading.inside ? undefined : reading.problem;
    },
    change(handle, draft, path = handle) {
      setDrafts((before) => ({ ...before, [handle]: draft }));
      setTouched((before) => new Set([...before, ...withOuter(path)]));
    },
    restore(given) {
      setDrafts((before) => ({ ...before, ...initialDrafts(fields, { ...before, ...given }) }));
    },
    reset() {
      setDrafts(initialDrafts(fields));
      setTouched(new Set());
      setAllShown(false);
    },
    submit() {
      setAllShown(true);
      const isReady = [...readings.values()].every(({ state }) => state !== "problem");
      return isReady ? collectSubmission(readings) : undefined;
    },
  };
}

/** A path and those of the fields around it. */
function withOuter(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, position) => parts.slice(0, position + 1).join("/"));
}

/** What the readings that fit come to. */
export function collectSubmission(readings: ReadonlyMap<string, Reading>): Submission {
  const inputValues = new Map<string, unknown>();
  const files = new Map<string, readonly File[]>();
  for (const [handle, reading] of readings) {
    if (reading.state === "value") inputValues.set(handle, reading.value);
    if (reading.state === "files") files.set(handle, reading.files);
  }
  return { inputValues: Object.fromEntries(inputValues), files: Object.fromEntries(files) };
}
