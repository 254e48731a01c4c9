import { topics } from "@oomol/scriptlet/wire";

/** `engine` is a program that offers jobs itself, as `oocana` does; an executor runs what it is offered. */
export type Role = "engine" | "executor";

/** What executors themselves say on `report` (oocana-protocol 2.5); the rest there is the engine's. */
const executorReports = new Set([
  "BlockLog",
  "BlockLogJSON",
  "BlockWarning",
  "BlockMessage",
  "BlockProgress",
]);

/** Whether a process of a session may publish on a topic (oocana-protocol 2.1). */
export function mayPublish(role: Role, sessionId: string, topic: string): boolean {
  if (topic === topics.report || topic === topics.session(sessionId)) return true;
  // Between an executor and the processes of its services, which are of the session too.
  if (/^\/?(?:[^/]+\/)?service\//.test(topic)) return true;
  return role === "engine" && (isOffer(topic) || isOfJob(sessionId, topic));
}

/** Jobs for executors. */
export const isOffer = (topic: string): boolean => /^executor\/[^/]+\/run_(service_)?block$/.test(topic);

/** An executor that told the end of a flow, or the output of another's block, would be believed. */
export function mayReport(role: Role, type: string): boolean {
  return role === "engine" || executorReports.has(type);
}

/** Inputs of jobs, and answers to what they ask. */
function isOfJob(sessionId: string, topic: string): boolean {
  return (
    topic.startsWith(`inputs/${sessionId}/`) || topic.startsWith(`${topics.session(sessionId)}/request/`)
  );
}
