export {
  ConnectionFault,
  FakeConnectServer,
  type FakeServerOptions,
  type RecordedRequest,
} from "./fake-server.ts";
export { FakeTask, type ReceivedFile } from "./fake-task.ts";
export type { Fault, FaultTarget } from "./faults.ts";
