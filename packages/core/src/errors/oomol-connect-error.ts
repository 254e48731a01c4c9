/** Shared by every copy of this package, so that `instanceof` works across versions. */
const brand = Symbol.for("@oomol/connect-core/errors");

/**
 * The base class of every error of this client. `code` is stable; the message is for people.
 * `error instanceof ApiError` also works for errors of another copy of this package.
 */
export class OomolConnectError extends Error {
  /** The name of instances across copies of the package. */
  static readonly errorName: string = "OomolConnectError";
  /** Stable identifier of the kind of failure, `"task_failed"` for instance. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    const names = errorNames(new.target);
    // As a property of the prototype, `name` would be the same for all subclasses.
    Object.defineProperty(this, "name", { value: names[0], configurable: true, writable: true });
    Object.defineProperty(this, brand, { value: names });
  }

  /** By the brand, so that errors of another copy of this package are instances too. */
  static override [Symbol.hasInstance](this: unknown, value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    // A subclass of the caller's own, without a name for other copies, is an ordinary class.
    if (typeof this === "function" && !Object.hasOwn(this, "errorName")) {
      return Function.prototype[Symbol.hasInstance].call(this, value);
    }
    const names: unknown = Reflect.get(value, brand);
    return Array.isArray(names) && names.includes((this as typeof OomolConnectError).errorName);
  }
}

function errorNames(errorClass: unknown): string[] {
  const names: string[] = [];
  let level = errorClass;
  while (typeof level === "function" && level !== Error) {
    if (Object.hasOwn(level, "errorName")) names.push(String(Reflect.get(level, "errorName")));
    level = Object.getPrototypeOf(level);
  }
  return names;
}
