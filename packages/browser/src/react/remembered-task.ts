/** The task that a reload finds again, under a key of the tab's own storage. Without a key, nothing is remembered. */
export interface RememberedTask {
  read(): string | undefined;
  write(taskId: string): void;
  forget(): void;
}

export function createRememberedTask(key: string | undefined): RememberedTask {
  return {
    read: () => withStorage(key, (storage, name) => taskIdIn(storage.getItem(name))),
    write: (taskId) =>
      void withStorage(key, (storage, name) => storage.setItem(name, JSON.stringify({ taskId }))),
    forget: () => void withStorage(key, (storage, name) => storage.removeItem(name)),
  };
}

/** A page may be forbidden to store anything, or have no room left: then a reload finds nothing. */
function withStorage<Result>(
  key: string | undefined,
  use: (storage: Storage, key: string) => Result,
): Result | undefined {
  try {
    return key === undefined ? undefined : use(sessionStorage, key);
  } catch {
    return undefined;
  }
}

/** Whatever is there: other scripts of the page write there too. */
function taskIdIn(text: string | null): string | undefined {
  const value: unknown = text === null ? undefined : JSON.parse(text);
  const taskId = typeof value === "object" && value !== null ? Reflect.get(value, "taskId") : undefined;
  return typeof taskId === "string" && taskId !== "" ? taskId : undefined;
}
