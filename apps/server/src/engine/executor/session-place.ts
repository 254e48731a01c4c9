import { hash, randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import type { Room } from "../../broker/room.ts";
import type { ExecutorSettings } from "./executor-settings.ts";

/** Where a session is: its id, its folders, which exist once something is written into them, and its messages. */
export interface SessionPlace {
  readonly id: string;
  /** Absolute; what the blocks of the session make goes here. */
  readonly directory: string;
  readonly temporaryDirectory: string;
  readonly room: Room;
  /** The folder of the files that were uploaded for its task, if whoever serves it must be let into it. */
  readonly uploads: string | undefined;
}

export function openPlace(
  { broker, dataDirectory }: Pick<ExecutorSettings, "broker" | "dataDirectory">,
  packageDirectory: string,
  uploads?: string,
): SessionPlace {
  const id = randomUUID();
  const directory = join(dataDirectory, "sessions", id);
  const flowName = `${basename(packageDirectory)}-${shortHash(packageDirectory, 8)}`;
  const temporaryDirectory = join(directory, "tmp", flowName);
  return { id, directory, temporaryDirectory, room: broker.openRoom(id), uploads };
}

/** What tells the executors of a session apart. */
export function identifierOf({ id }: SessionPlace, packageDirectory: string): string {
  return `${id}-${shortHash(packageDirectory, 16)}`;
}

/** The first characters of the SHA-256 of a text, in hex. */
function shortHash(text: string, characters: number): string {
  return hash("sha256", text).slice(0, characters);
}
