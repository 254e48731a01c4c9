import type { MessagePort } from "node:worker_threads";
import type { BlockInputs, BlockPayload, ServiceBlockPayload } from "../wire/messages.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";
import type { ServiceArguments } from "./services/parse-service-arguments.ts";

/** The data with which the thread is started. */
export interface ThreadOptions {
  /** A channel of its own: messages wait in it until the other side listens. */
  port: MessagePort;
  /** The role for which it holds the connection; a service takes its jobs itself. */
  role: { executor: ExecutorArguments } | { service: ServiceArguments };
  /** How long a job waits for its inputs, in milliseconds. */
  inputsTimeoutMs: number;
  /** The process's compile cache. */
  cacheDir: string;
}

/** From the main thread to the one that holds the connection. */
export type ToThread =
  /** Topic, payload, topic, payload …; the first has the number `first`, and so on. */
  | { kind: "publish"; first: number; messages: string[] }
  | { kind: "subscribe"; topic: string }
  | { kind: "unsubscribe"; topic: string }
  | { kind: "close" };

/** And back. */
export type FromThread =
  /** Numbers of messages that the broker has taken. */
  | { kind: "acknowledged"; numbers: number[] }
  /** Numbers of messages that can not be sent any more. */
  | { kind: "refused"; numbers: number[] }
  | { kind: "subscribed"; topic: string }
  | { kind: "unsubscribed"; topic: string }
  /** Topic, payload, topic, payload … */
  | { kind: "heard"; messages: string[] }
  | { kind: "job"; payload: BlockPayload }
  | { kind: "serviceJob"; payload: ServiceBlockPayload }
  | { kind: "inputs"; jobId: string; inputs: BlockInputs }
  | { kind: "noInputs"; jobId: string; reason: string }
  | { kind: "sessionFinished" }
  | { kind: "engineGone"; reason: string }
  | { kind: "failed"; reason: string }
  | { kind: "closed" };
