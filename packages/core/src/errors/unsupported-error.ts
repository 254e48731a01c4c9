import { OomolConnectError } from "./oomol-connect-error.ts";

/** The server does not announce what the call needs (connect-api 6). */
export class UnsupportedError extends OomolConnectError {
  static override readonly errorName: string = "UnsupportedError";
  /** The extension that the server must announce, `"files"` for instance. */
  readonly extension: string;

  constructor(extension: string, lack: string) {
    super(
      "unsupported",
      `This server ${lack}: it does not announce the extension "${extension}" in its answers.`,
    );
    this.extension = extension;
  }
}
