export { createFaultPlan, type FaultPlan, type FaultPlanOptions } from "./fault-plan.ts";
export { type GatewayKind, gateways } from "./gateways.ts";
export { createHastyClock } from "./hasty-clock.ts";
export {
  type HttpFaultKind,
  type HttpFaultProxy,
  httpFaultKinds,
  openHttpFaultProxy,
} from "./http-fault-proxy.ts";
export { type Gate, type GateMode, openGate } from "./open-gate.ts";
export { type OpenGateway, openGateway } from "./open-gateway.ts";
export { createRandom } from "./random.ts";
export {
  openTcpFaultProxy,
  type TcpFaultKind,
  type TcpFaultProxy,
  type TcpFaultProxyOptions,
  tcpFaultKinds,
} from "./tcp-fault-proxy.ts";
