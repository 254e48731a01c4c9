/** A thing that a job can leave behind in its process. */
export type LeftoverKind =
  | "timer"
  | "immediate"
  | "socket"
  | "server"
  | "child"
  | "worker"
  | "watcher"
  | "port"
  | "file"
  | "operation"
  | "lock"
  | "late"
  | "rejection"
  | "cwd"
  | "umask"
  | "env"
  | "listener"
  | "process"
  | "stdio"
  | "global"
  | "builtin"
  | "module";

export interface Leftover {
  kind: LeftoverKind;
  /** Completes "The block left …", for the block's author. */
  description: string;
}
