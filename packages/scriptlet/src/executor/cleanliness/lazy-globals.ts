import { addMembers } from "./built-ins.ts";
import type { ChangedProperty, ObjectWatch } from "./watch-objects.ts";

/**
 * Whether a change of a global is Node.js's own: it loads `Response` and others when they are first read, and then puts
 * them in the place of the accessor that has loaded them. They are watched from then on.
 */
export function isLazyGlobal(change: ChangedProperty, objects: ObjectWatch): boolean {
  const { object, key, before, now } = change;
  if (object !== globalThis || key === undefined || now === undefined) return false;
  const isOwn = before === undefined ? isFetchDispatcher(key, now.value) : isLoaded(before, now);
  if (!isOwn) return false;
  objects.accept(change);
  if (before !== undefined) addMembers(objects, String(key), now.value);
  return true;
}

/** The accessor returns what it has loaded; a value that a block has set is another. */
function isLoaded({ get }: PropertyDescriptor, { value, enumerable }: PropertyDescriptor): boolean {
  return (
    get !== undefined && value !== undefined && enumerable !== undefined && get.call(globalThis) === value
  );
}

/** The place where `fetch` keeps its connections, in its own form. */
function isFetchDispatcher(key: PropertyKey, value: unknown): boolean {
  if (typeof key !== "symbol" || !/^undici\.globalDispatcher\.\d+$/.test(key.description ?? "")) return false;
  const name = (value as object | undefined)?.constructor.name;
  return name === "Agent" || name === "Dispatcher1Wrapper";
}
