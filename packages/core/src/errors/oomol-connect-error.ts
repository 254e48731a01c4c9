/** Shared by every copy of this package, so that `instanceof` holds where two versions meet. */
const brand = Symbol.for("@oomol/connect-core/errors");

/**
 * What every error of this client derives from. `code` is stable, the message is for people.
 * `error instanceof ApiError` holds for errors of another copy of this package too.
 */
export class OomolConnectError extends Error {
  /** Under which name instances are known across copies of the package. */
  static readonly errorName: string = "OomolConnectError";
  /** Stable identifier of the kind of failure, `"task_failed"` for instance. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    const names = errorNames(new.target);
    // On the prototype's property `name` would be one for all subclasses.
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
