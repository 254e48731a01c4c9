import { useCallback } from "react";
import { linePieces } from "./line-pieces.ts";
import { PagedText } from "./paged-text.tsx";

/** Plain text; of a long one the beginning, and more when it is asked for. */
export function TextView({ text, label, fileName }: { text: string; label: string; fileName: string }) {
  const pieces = useCallback((characters: number) => linePieces(text, characters), [text]);
  return <PagedText label={label} pieces={pieces} fileName={fileName} />;
}
