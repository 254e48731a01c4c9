/** The flags of this Node.js for another one that is to resolve modules as it does. */
export function ownNodeFlags(): string[] {
  // Two processes cannot share an inspector's port.
  return process.execArgv.filter((flag) => !flag.startsWith("--inspect"));
}
