/** Every object and list in a value, itself included. Without recursion: values of callers may be nested deeper than the stack is. */
export function* objectsWithin(value: unknown): Generator<object, void> {
  const open = [value];
  for (const one of open) {
    if (typeof one !== "object" || one === null) continue;
    yield one;
    for (const inner of Object.values(one)) if (typeof inner === "object") open.push(inner);
  }
}
