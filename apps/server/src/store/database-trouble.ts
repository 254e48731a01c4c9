/** SQLSTATE classes and codes of PostgreSQL, and what Node and its driver say of a socket. */
const passing =
  /^(08...|57P0[1-5]|40001|40P01|53300|25P03|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** What the driver says without a code. */
const lost =
  /connection terminated|not queryable|timeout exceeded when trying to connect|connection error|query read timeout|timeout expired/i;

/** True for trouble that passes: the connection broke or is silent, the server restarts, or two transactions met. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return code === undefined ? lost.test(error.message) : passing.test(code);
}

/** True if the connection is of no use any more: a transaction that met another one has lost nothing else. */
export function mustReconnect(error: Error): boolean {
  if (codeOf(error) === readOnly) return true; // after a failover the primary is elsewhere
  return isConnectionLoss(error) && !/^(40...|53...)$/.test(codeOf(error) ?? "");
}

/** A sentence about trouble of the database that is not the caller's and may pass; nothing for any other error. */
export function explainDatabaseTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error) ?? "";
  if (code === readOnly)
    return "The server's database takes no writes at the moment: it is a read-only replica.";
  if (code === statementTimeout || code === lockTimeout)
    return "The server's database took too long to answer.";
  if (busy.test(code))
    return "The server's database has no room for more connections or memory at the moment.";
  return isConnectionLoss(error) ? "The server's database does not answer at the moment." : undefined;
}

const readOnly = "25006";
const statementTimeout = "57014";
const lockTimeout = "55P03";
/** Insufficient resources, but for a full disk. */
const busy = /^53(?!100)...$/;

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}
