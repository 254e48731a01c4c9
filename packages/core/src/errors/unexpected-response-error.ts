import { OomolConnectError } from "./oomol-connect-error.ts";

export interface UnexpectedResponseFacts {
  method: string;
  path: string;
  status: number;
  /** The field that is wrong, `task.status` for instance; empty for the whole answer. */
  field: string;
  expected: string;
  seen: string;
  cause?: unknown;
}

/** The answer is not one of a Connect server: HTML from a gateway, truncated JSON, a missing field. */
export class UnexpectedResponseError extends OomolConnectError {
  static override readonly errorName: string = "UnexpectedResponseError";
  readonly status: number;
  readonly field: string;
  /** The value found instead, shortened. */
  readonly seen: string;

  constructor({ method, path, status, field, expected, seen, cause }: UnexpectedResponseFacts) {
    const place = field === "" ? "the answer" : `\`${field}\` in the answer`;
    super(
      "unexpected_response",
      `${method} ${path}: ${place} should be ${expected}, but is ${seen}. Is \`baseUrl\` the address of a Connect server, with /api?`,
      { cause },
    );
    this.status = status;
    this.field = field;
    this.seen = seen;
  }
}
