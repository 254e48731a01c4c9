import { InvalidInputError, type Upload } from "@oomol/connect-core";

/**
 * Reads a byte of each file. A browser refuses that for a file which was changed or deleted after it was chosen, and otherwise
 * reports a broken connection, or sends nothing in the file's place.
 *
 * @throws {@link InvalidInputError} for the first file that cannot be read.
 */
export async function requireReadable({ parts }: Upload): Promise<void> {
  const checks = parts.map(async ({ blob, name }, index) => {
    try {
      // A part of nothing would not be looked for, and a deleted file has a size of nothing.
      await (blob?.size === 0 ? blob : blob?.slice(0, 1))?.arrayBuffer();
    } catch (cause) {
      const reason = `"${name}" cannot be read any more: it was changed or deleted after it was chosen. Choose it again.`;
      throw new InvalidInputError(`files[${index}]`, reason, { cause });
    }
  });
  await Promise.all(checks);
}
