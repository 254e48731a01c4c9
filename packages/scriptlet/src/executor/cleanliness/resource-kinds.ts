import type { Leftover } from "./leftover.ts";

export interface ResourceKind extends Leftover {
  /**
   * If `destroy` comes only with garbage collection: whether the resource is at work. Such a resource is held weakly. This
   * uses fields that Node.js does not document; the table test notices if they change.
   */
  isBusy?(resource: object): boolean;
  /** The place where it was made shows its owner, and helps the block's author to find it. */
  keepsOrigin?: true;
}

const operation = (description: string): ResourceKind => ({ kind: "operation", description });
const cryptoJob: ResourceKind = {
  ...operation("a call of node:crypto that has not come back"),
  // Calls that return their result directly have none.
  isBusy: (job) => typeof (job as { ondone?: unknown }).ondone === "function",
};
const socket = (description: string): ResourceKind => ({ kind: "socket", description });

/**
 * The resources of `node:async_hooks` that can still act once a job has ended, by type. All others do nothing on their own,
 * or stand on one of these: TLS and HTTP on a TCP socket, a pipe of streams on its files.
 */
export const resourceKinds: Readonly<Record<string, ResourceKind>> = {
  Timeout: { kind: "timer", description: "a timer that has not fired", keepsOrigin: true },
  Immediate: { kind: "immediate", description: "an immediate that sets itself again" },
  TCPWRAP: socket("an open TCP connection"),
  PIPEWRAP: socket("an open pipe or local connection"),
  TTYWRAP: socket("an open terminal stream"),
  UDPWRAP: socket("an open UDP socket"),
  JSUDPWRAP: socket("an open UDP socket"),
  QUIC_ENDPOINT: socket("an open QUIC endpoint"),
  QUIC_UDP: socket("an open QUIC endpoint"),
  DTLS_ENDPOINT: socket("an open DTLS endpoint"),
  TCPSERVERWRAP: { kind: "server", description: "a server that still listens on a port" },
  PIPESERVERWRAP: { kind: "server", description: "a server that still listens on a local socket" },
  PROCESSWRAP: { kind: "child", description: "a child process that still runs" },
  WORKER: { kind: "worker", description: "a worker thread that still runs" },
  FSEVENTWRAP: { kind: "watcher", description: "a watcher of files (fs.watch)" },
  STATWATCHER: { kind: "watcher", description: "a watcher of a file (fs.watchFile)" },
  MESSAGEPORT: { kind: "port", description: "an open message port or broadcast channel" },
  FILEHANDLE: {
    kind: "file",
    description: "an open file handle",
    isBusy: (handle) => ((handle as { fd?: number }).fd ?? -1) >= 0,
  },
  FSREQCALLBACK: operation("a call of node:fs that has not come back"),
  FSREQPROMISE: operation("a call of node:fs/promises that has not come back"),
  FILEHANDLECLOSEREQ: operation("a file handle that is being closed"),
  GETADDRINFOREQWRAP: operation("a lookup of a host name"),
  GETNAMEINFOREQWRAP: operation("a lookup of a host name"),
  QUERYWRAP: operation("a DNS query"),
  ZLIB: {
    ...operation("a compression that has not ended"),
    isBusy: (stream) => (stream as { buffer?: unknown }).buffer != null,
  },
  CHECKPRIMEREQUEST: cryptoJob,
  PBKDF2REQUEST: cryptoJob,
  KEYPAIRGENREQUEST: cryptoJob,
  KEYGENREQUEST: cryptoJob,
  KEYEXPORTREQUEST: cryptoJob,
  ARGON2REQUEST: cryptoJob,
  CIPHERREQUEST: cryptoJob,
  DERIVEBITSREQUEST: cryptoJob,
  HASHREQUEST: cryptoJob,
  RANDOMBYTESREQUEST: cryptoJob,
  RANDOMPRIMEREQUEST: cryptoJob,
  SCRYPTREQUEST: cryptoJob,
  SIGNREQUEST: cryptoJob,
  VERIFYREQUEST: cryptoJob,
};
