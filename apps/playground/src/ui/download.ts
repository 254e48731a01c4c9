import { pieceCharacters, piecesOf } from "@oomol/connect-shared/text-pieces";

/** Hands a text to the person as a file. */
export function downloadText(name: string, text: string, type?: string): Promise<void> {
  return downloadPieces(name, (characters) => piecesOf(text, characters), type);
}

/** Hands a text to the person as a file that is made piece by piece: the page answers meanwhile. */
export async function downloadPieces(
  name: string,
  pieces: (characters: number) => Iterable<string>,
  type = name.endsWith(".json") ? "application/json" : "text/plain",
): Promise<void> {
  const parts: Blob[] = [];
  for (const piece of pieces(pieceCharacters)) {
    parts.push(new Blob([piece]));
    await nextTask();
  }
  const url = URL.createObjectURL(new Blob(parts, { type }));
  downloadFrom(url, name);
  // The browser reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Hands what lies at an address to the person as a file. */
export function downloadFrom(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

const nextTask = () => new Promise((resolve) => setTimeout(resolve));
