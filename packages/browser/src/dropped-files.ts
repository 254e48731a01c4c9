import type { UploadSource as CoreUploadSource } from "@oomol/connect-core";

/** The files of a drop or a paste. Folders are walked; their files are named by the path from the dropped folder on. */
export async function filesOfDrop(transfer: DataTransfer): Promise<CoreUploadSource[]> {
  // Both are gone after the event, so take all before the first await.
  const dropped = Array.from(transfer.items)
    .filter((item) => item.kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  if (dropped.length === 0) return Array.from(transfer.files);
  const found = await Promise.all(
    dropped.map(({ entry, file }) => (entry?.isDirectory ? filesBelow(entry) : file ? [file] : [])),
  );
  return found.flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<CoreUploadSource[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ data: file, name: entry.fullPath.replace(/^\//, "") }];
  }
  if (!isDirectory(entry)) return [];
  const found: CoreUploadSource[] = [];
  for (const child of await childrenOf(entry)) found.push(...(await filesBelow(child)));
  return found;
}

async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    // Chromium returns at most a hundred at a time.
    if (some.length === 0) return children.sort((one, other) => (one.name < other.name ? -1 : 1));
    children.push(...some);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
