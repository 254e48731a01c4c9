type Sqlite = typeof import("node:sqlite");

/**
 * Node's own SQLite. Node.js 22 says at each start that it is experimental, which its users can do nothing about; every other
 * warning is passed on.
 */
export function loadSqlite(): Sqlite {
  const { emitWarning } = process;
  const emitOthers = (warning: string | Error, ...details: []) => {
    if (!String(warning).includes("SQLite is an experimental feature")) emitWarning(warning, ...details);
  };
  // Loading emits it at once, so nobody else's warning is kept from a listener that has replaced this meanwhile.
  process.emitWarning = emitOthers as typeof emitWarning;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
