import { InvalidInputError } from "../errors/index.ts";
import type { UploadPart } from "../transport/transport.ts";
import type { UploadResolver } from "../transport/upload-source.ts";

/** The files of one input; those of a list have none. */
export interface TakenFiles {
  handle: string | undefined;
  parts: UploadPart[];
}

/**
 * Takes the files of a request, before anything is awaited: some are gone when an event is over.
 *
 * @throws {@link InvalidInputError} for what is no file, or neither a list nor by input.
 */
export async function takeFiles<Source>(
  files: unknown,
  resolve: UploadResolver<Source>,
): Promise<TakenFiles[]> {
  const take = async (source: unknown, place: string) => [await resolve(source as Source, place)].flat();
  const takeList = async (sources: readonly unknown[], place: string) =>
    (await Promise.all(sources.map((source, index) => take(source, `${place}[${index}]`)))).flat();
  if (Array.isArray(files)) return [{ handle: undefined, parts: await takeList(files, "files") }];
  if (!isPlainObject(files)) {
    const kind = Object.prototype.toString.call(files).slice(8, -1);
    throw new InvalidInputError("files", `expected a list of files, or { input: files }, got ${kind}.`);
  }
  const given = Object.entries(files).filter(([, sources]) => sources !== undefined);
  return Promise.all(
    given.map(async ([handle, sources]) => {
      const place = `files.${handle}`;
      return {
        handle,
        parts: await (Array.isArray(sources) ? takeList(sources, place) : take(sources, place)),
      };
    }),
  );
}

/** Not an object of a class: a stream or a list of a page is one file, or a few, and no inputs. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // That of another realm has nothing above it either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
