import type { UploadSource as CoreUploadSource } from "@oomol/connect-core";

/** The files of a drop or a paste. Folders are walked; their files are named by the path from the dropped folder on. */
export async function filesOfDrop(transfer: DataTransfer): Promise<CoreUploadSource[]> {
  // Both are gone after the event, so take all before the first await.
  const dropped = Array.from(transfer.items)
    .filter((item) => item.kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  if (dropped.length === 0) return Array.from(transfer.files);
  const found: CoreUploadSource[] = [];
  for (const { entry, file } of dropped) {
    if (entry?.isDirectory) await addFilesBelow(entry, found);
    else if (file) found.push(file);
  }
  return found;
}

/** More are refused in any case, so a larger folder is not walked to its end. */
const mostFiles = 1_001;

async function addFilesBelow(entry: FileSystemEntry, found: CoreUploadSource[]): Promise<void> {
  if (found.length >= mostFiles) return;
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.push({ data: file, name: entry.fullPath.replace(/^\//, "") });
  } else if (isDirectory(entry)) {
    for (const child of await childrenOf(entry)) await addFilesBelow(child, found);
  }
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
