import { InvalidInputError } from "../errors/index.ts";
import type { UploadPart } from "../transport/transport.ts";
import type { UploadResolver } from "../transport/upload-source.ts";

/** The files of one input; those of a list are for none in particular. */
export interface TakenFiles {
  handle: string | undefined;
  parts: UploadPart[];
}

/**
 * Reads the files of a request, before anything is awaited: some are gone when an event is over.
 *
 * @throws {@link InvalidInputError} for a value that is not a file, or neither a list nor an object by input.
 */
export async function takeFiles<Source>(
  files: unknown,
  resolve: UploadResolver<Source>,
): Promise<TakenFiles[]> {
  const taken = await takeAll(files, resolve);
  const count = taken.reduce((sum, { parts }) => sum + parts.length, 0);
  if (count > mostFiles) {
    throw new InvalidInputError("files", `are more than ${mostFiles}, the most that a request may have.`);
  }
  return taken;
}

/** The most that a server takes in one request. */
const mostFiles = 1_000;

function takeAll<Source>(files: unknown, resolve: UploadResolver<Source>): Promise<TakenFiles[]> {
  const take = async (place: string, sources: unknown, handle?: string) => {
    const list: unknown[] = Array.isArray(sources) ? sources : [sources];
    const resolved = list.map(
      async (source, index) =>
        // An upload that was started by hand.
        (source as { uploadPart?: UploadPart } | null)?.uploadPart ??
        resolve(source as Source, list === sources ? `${place}[${index}]` : place),
    );
    return { handle, parts: (await Promise.all(resolved)).flat() };
  };
  if (Array.isArray(files)) return Promise.all([take("files", files)]);
  if (!isPlainObject(files)) throw new InvalidInputError("files", "expected a list or { input: files }.");
  const given = Object.entries(files).filter(([, sources]) => sources !== undefined);
  return Promise.all(given.map(([handle, sources]) => take(`files.${handle}`, sources, handle)));
}

/** Not an object of a class: a page's stream or list is one file, or a few, and not an object by input. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object") return false;
  const prototype: object | null = Object.getPrototypeOf(value);
  // An object of another realm has nothing above it either.
  return !prototype || !Object.getPrototypeOf(prototype);
}
