type Callable = (...args: unknown[]) => unknown;

/** The module's block function (oocana-protocol 6.9.6): the named one, else `default`, else `main`, also inside a default object. */
export function chooseFunction(module: object, name: string | undefined): Callable | undefined {
  const names = [...(name === undefined ? [] : [name]), "default", "main"];
  return pick(module, names) ?? pick(read(module, "default"), names);
}

function pick(holder: unknown, names: string[]): Callable | undefined {
  for (const name of names) {
    const value = read(holder, name);
    // A block is called with inputs and context, whatever it declares.
    if (typeof value === "function") return value as Callable;
  }
  return undefined;
}

/** CommonJS exports may be a function that carries further functions. */
function read(holder: unknown, name: string): unknown {
  const isHolder = (typeof holder === "object" && holder !== null) || typeof holder === "function";
  return isHolder && name in holder ? (holder as Record<string, unknown>)[name] : undefined;
}
