/** Thrown if something is sent through a mainframe that was closed, or whose broker was lost for good. */
export class MainframeClosedError extends Error {
  override readonly name = "MainframeClosedError";
  readonly code = "mainframe_closed";

  constructor(topic: string, options?: ErrorOptions) {
    super(`Could not send to ${topic}: the connection to the broker is closed.`, options);
  }
}
