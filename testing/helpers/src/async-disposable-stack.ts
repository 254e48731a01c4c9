/** What tests need of the language's own. */
type Stack = Pick<
  AsyncDisposableStack,
  "use" | "defer" | "move" | "disposeAsync" | typeof Symbol.asyncDispose
>;

class OlderStack {
  #disposals: (() => PromiseLike<void> | void)[] = [];

  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  defer(dispose: () => PromiseLike<void> | void): void {
    this.#disposals.push(dispose);
  }

  move(): OlderStack {
    const moved = new OlderStack();
    moved.#disposals = this.#disposals.splice(0);
    return moved;
  }

  async disposeAsync(): Promise<void> {
    for (const dispose of this.#disposals.splice(0).reverse()) await dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }
}

/** Not a global: on Node.js 22, which has none, jsdom would look for it in its pages. */
const found = "AsyncDisposableStack" in globalThis ? globalThis.AsyncDisposableStack : OlderStack;
// The older one is asked for no more than it has.
export const AsyncDisposableStack = found as new () => Stack;
