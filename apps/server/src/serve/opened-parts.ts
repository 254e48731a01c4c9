/** Opens parts one by one; if that fails, those that are open are closed again. */
export async function openParts<Result>(open: (opened: OpenedParts) => Promise<Result>): Promise<Result> {
  const opened = new OpenedParts();
  try {
    return await open(opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What was opened, to be closed in the opposite order, once. */
export class OpenedParts {
  readonly #closes: (() => Promise<void> | void)[] = [];
  #closed: Promise<void> | undefined;

  add(close: () => Promise<void> | void): void {
    this.#closes.push(close);
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#closes.reverse()) await close();
  }
}
