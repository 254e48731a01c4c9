/** An error as the engine prints it, in the words of its language (issue 22, 6). */
export function engineError(message: string): Error {
  return new Error(`Error { msg: ${JSON.stringify(message)}, source: None }`);
}
