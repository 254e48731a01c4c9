/** Which requests a fault hits, and how often. */
export interface FaultTarget {
  method?: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";
  /** Matched against the path below the base URL, query included. */
  path?: RegExp;
  /** How many matching requests pass unharmed first. Default 0. */
  after?: number;
  /** How many matching requests it hits. Default 1. */
  times?: number;
  /** Hits about this share of the matching requests, by `random`. Default 1. */
  share?: number;
}

/** The kinds of faults. Each is one that clients meet in the field. */
export type Fault =
  /** The connection is reset before an answer. */
  | { kind: "reset" }
  /** The request does its work, then the connection is reset. */
  | { kind: "reset-after" }
  /** The connection was never made. */
  | { kind: "refused" }
  /** No answer at all, until the client gives up. */
  | { kind: "hang" }
  /** An answer with this status, without doing the work. */
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: unknown }
  /** A gateway's HTML page, with status 200 by default. */
  | { kind: "html"; status?: number }
  /** The right answer, cut off in the middle: JSON ends there, a file's connection breaks there. */
  | { kind: "truncated" };

interface ArmedFault {
  fault: Fault;
  target: FaultTarget;
  passed: number;
  struck: number;
}

/** Faults that wait for their requests. */
export class Faults {
  readonly #armed: ArmedFault[] = [];
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  add(fault: Fault, target: FaultTarget): void {
    this.#armed.push({ fault, target, passed: 0, struck: 0 });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  /** The fault that hits this request, if any. */
  strike(method: string, path: string): Fault | undefined {
    for (const armed of this.#armed) {
      const { target } = armed;
      if (target.method !== undefined && target.method !== method) continue;
      if (target.path !== undefined && !target.path.test(path)) continue;
      armed.passed += 1;
      if (armed.passed <= (target.after ?? 0) || armed.struck >= (target.times ?? 1)) continue;
      if (this.#random() >= (target.share ?? 1)) continue;
      armed.struck += 1;
      return armed.fault;
    }
    return undefined;
  }
}
