import { constants } from "node:fs";
import { copyFile, link, mkdir, open, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PartialFile, PartialFiles } from "./partial-files.ts";
import { writeChunks } from "./write-chunks.ts";

/** Where partial files are beneath a directory. */
export const partialsOf = (directory: string) => join(directory, "partial-uploads");

/**
 * Partial files in a directory, each in a folder of its own. What the disk has is the truth; beside it a mark says how much counted
 * before chunks came that count together or not at all.
 */
export function createLocalPartialFiles(directory: string): PartialFiles {
  const folderOf = ({ id }: Pick<PartialFile, "id">) => join(partialsOf(directory), id);
  const contentOf = (file: PartialFile) => join(folderOf(file), "content");
  const markOf = (file: PartialFile) => join(folderOf(file), "counted");

  const countedOf = async (file: PartialFile) => {
    const text = await readFile(markOf(file), "utf8").catch(nothingIfAbsent);
    return text === undefined ? Number.POSITIVE_INFINITY : Number(text);
  };

  const dropUncounted = async (file: PartialFile, countedBytes: number) => {
    await truncate(contentOf(file), countedBytes);
    await rm(markOf(file), { force: true });
  };

  return {
    async create(id) {
      const file = { id, place: undefined };
      await mkdir(folderOf(file), { recursive: true, mode: 0o700 });
      await (await open(contentOf(file), "a", 0o600)).close();
      return undefined;
    },
    async sizeOf(file) {
      const [found, countedBytes] = await Promise.all([
        stat(contentOf(file)).catch(nothingIfAbsent),
        countedOf(file),
      ]);
      return found && Math.min(found.size, countedBytes);
    },
    async append(file, offset, chunks, { areOne }) {
      if ((await countedOf(file)) !== Number.POSITIVE_INFINITY) await dropUncounted(file, offset);
      if (!areOne) return writeChunks(contentOf(file), offset, chunks);
      await writeFile(markOf(file), String(offset), { mode: 0o600 });
      try {
        await writeChunks(contentOf(file), offset, chunks);
      } catch (error) {
        await dropUncounted(file, offset);
        throw error;
      }
      await rm(markOf(file));
    },
    finish: async () => undefined,
    async give(file, _taskId, path) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await link(contentOf(file), path).catch(async (error: NodeJS.ErrnoException) => {
        if (!linkless.has(error.code ?? "")) throw error;
        await copyFile(contentOf(file), path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      });
    },
    remove: (file) => rm(folderOf(file), { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** What disks without links say. */
const linkless = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK"]);

function nothingIfAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
