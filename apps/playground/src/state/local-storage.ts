/** What a page keeps between visits. Nothing here may fail: storage can be full, forbidden or hold another's data. */
export function readLocal(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(prefix + key) ?? "null");
  } catch {
    return null;
  }
}

export function writeLocal(key: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // The page works without what it would have remembered.
  }
}

const prefix = "oomol-connect.";
