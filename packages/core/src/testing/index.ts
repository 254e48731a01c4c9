/**
 * A Connect server as a `fetch` function, for the tests of programs that use the client.
 *
 * @module @oomol/connect-core/testing
 */
export {
  ConnectionFault,
  FakeConnectServer,
  type FakeServerOptions,
  type RecordedRequest,
} from "./fake-server.ts";
export { FakeTask, type ReceivedFile, type TaskFile } from "./fake-task.ts";
export { FakeWebhooks } from "./fake-webhooks.ts";
export type { Fault, FaultTarget } from "./faults.ts";
