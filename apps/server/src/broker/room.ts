import { topics } from "@oomol/scriptlet/wire";
import type { Logger } from "pino";
import { type Json, writeJson } from "../json-text.ts";
import { type Admitted, readMessage } from "./read-message.ts";
import { mayPublish, type Role } from "./rights.ts";
import type { SessionMessage } from "./session-message.ts";

/** One connection of a process of the session. */
export interface Member {
  readonly role: Role;
  /** Of the process at its other end, if the system tells. */
  readonly pid?: number;
  hears(topic: string): boolean;
  send(topic: string, payload: Json): void;
  /** What it says is left unread until then. */
  hold(until: Promise<void>): void;
}

export type SessionListener = (message: SessionMessage, topic: string, from: Member) => void;

/** What an executor said, and what became of it on its way to the engine of flows. */
export type WarningListener = (warning: string, message: SessionMessage) => void;

/**
 * The messages of one session: the server on one side, the processes of the session on the other. Nothing comes in from
 * other sessions and nothing goes out to them, whatever a process publishes or subscribes to.
 */
export interface Room {
  /** Sends a message to each member that has subscribed to the topic. */
  publish(topic: string, message: object): void;
  /** The same; if nobody has subscribed yet, the message waits until somebody does. */
  deliver(topic: string, message: object): void;
  /** Calls `listener` with each message of the members; returns what ends this. */
  listen(listener: SessionListener): () => void;
  /** Calls `listener` when a member may not, or cannot, say what it said. */
  onRefused(listener: (reason: string) => void): () => void;
  /** Calls `listener` when what an executor said was repaired, or kept back, for the engine of flows could not read it. */
  onWarning(listener: WarningListener): () => void;
  /** Calls `listener` whenever a member has subscribed to the topic. */
  onSubscribed(topic: string, listener: () => void): () => void;
  /** Calls `listener` with each span that a member has made and ended. */
  onSpan(listener: (payload: string) => void): () => void;
  isHeard(topic: string): boolean;
  /** Leaves unread what the members say until then, so that they wait with what more they have to say. */
  hold(until: Promise<void>): void;

  /** For connections: a member comes, and goes by calling the answer. */
  join(member: Member): () => void;
  /** For connections: the member has subscribed to the topic, which it hears by now. */
  subscribed(member: Member, topic: string): void;
  /** Resolves when whatever was received by then has been handed on. */
  whenRead(): Promise<void>;

  /**
   * For connections: the member has published. Answers what to wait for before more of it is handed over, if the message is long.
   */
  receive(member: Member, topic: string, payload: Json): Promise<void> | undefined;
  /** For connections: a member has made and ended a span. */
  receiveSpan(payload: string): void;
  /** For connections: a member sends what cannot be taken. */
  refuse(topic: string, reason: string): void;
  close(): void;
}

/** Messages that wait for a subscription; a session has few of them at a time. */
const maxWaiting = 1_000;
const maxWaitingCharacters = 64 * 2 ** 20;

/** What is refused may be said over and over. */
const maxLogged = 20;
const shownCharacters = 200;

/** Of a session; nobody reads a trace of more. */
const mostSpans = 2_000;

/** Jobs of a session that are warned of once each. */
const maxWarned = 1_000;

export function createRoom(sessionId: string, log: Logger): Room {
  const members = new Set<Member>();
  const listeners = new Set<SessionListener>();
  const refusalListeners = new Set<(reason: string) => void>();
  const warningListeners = new Set<WarningListener>();
  const spanListeners = new Set<(payload: string) => void>();
  const subscriptionListeners = new Map<string, Set<() => void>>();
  const beingRead = new Set<Promise<void>>();
  let waiting: { topic: string; payload: Json }[] = [];
  let waitingCharacters = 0;
  let logged = 0;
  let spans = 0;

  const isHeard = (topic: string): boolean => {
    for (const member of members) if (member.hears(topic)) return true;
    return false;
  };

  const send = (topic: string, payload: Json): void => {
    for (const member of members) if (member.hears(topic)) member.send(topic, payload);
  };

  const hasEngine = (): boolean => {
    for (const { role } of members) if (role === "engine") return true;
    return false;
  };

  const warn = (about: { topic: string; reason?: string }, text: string) => {
    logged += 1;
    if (logged > maxLogged) return;
    const cut = Object.entries(about).map(([name, value]) => [name, value.slice(0, shownCharacters)]);
    log.warn({ sessionId, ...Object.fromEntries(cut) }, text);
    if (logged === maxLogged) log.warn({ sessionId }, "further warnings of this session are left out");
  };

  const refuse = (topic: string, reason: string) => {
    warn({ topic, reason }, "refused a message of an executor");
    for (const listener of [...refusalListeners]) listener(reason);
  };

  const tell = (message: SessionMessage, topic: string, member: Member) => {
    for (const listener of [...listeners]) listener(message, topic, member);
  };

  const warned = new Set<unknown>();
  /** Of each job, which may say the same again and again. */
  const warnOnce = (message: SessionMessage, topic: string, warning: string, member: Member) => {
    const { session_id, job_id } = message;
    if (warned.has(job_id) || warned.size >= maxWarned) return;
    warned.add(job_id);
    // In a flow the engine reports, and whoever follows it knows the place of the job.
    if (!hasEngine()) tell({ type: "BlockWarning", session_id, job_id, warning }, topic, member);
    for (const listener of [...warningListeners]) listener(warning, message);
  };

  const handOn = (read: Admitted, topic: string, member: Member) => {
    if ("refused" in read) {
      refuse(topic, read.refused);
      return;
    }
    if (read.warning !== undefined && read.message) {
      for (const listener of [...warningListeners]) listener(read.warning, read.message);
    }
    if ("dropped" in read) {
      warn({ topic, reason: read.dropped }, "dropped a message of an executor");
      return;
    }
    if (read.message) tell(read.message, topic, member);
    if (read.message && read.inexact !== undefined) warnOnce(read.message, topic, read.inexact, member);
    send(topic, read.text);
  };

  return {
    publish(topic, message) {
      if (isHeard(topic)) send(topic, writeJson(message));
    },
    deliver(topic, message) {
      const payload = writeJson(message);
      if (isHeard(topic)) return send(topic, payload);
      waiting.push({ topic, payload });
      waitingCharacters += payload.length;
      if (waiting.length > maxWaiting) waitingCharacters -= waiting.shift()?.payload.length ?? 0;
      if (waitingCharacters > maxWaitingCharacters)
        refuse(topic, "The block leaves answers of more than 64 million characters unread.");
    },
    listen: (listener) => added(listeners, listener),
    onRefused: (listener) => added(refusalListeners, listener),
    onWarning: (listener) => added(warningListeners, listener),
    onSubscribed(topic, listener) {
      const ofTopic = subscriptionListeners.get(topic) ?? new Set();
      subscriptionListeners.set(topic, ofTopic);
      return added(ofTopic, listener);
    },
    onSpan: (listener) => added(spanListeners, listener),
    isHeard,
    hold(until) {
      for (const member of members) member.hold(until);
    },

    async whenRead() {
      while (beingRead.size > 0) await Promise.all(beingRead);
    },

    join: (member) => added(members, member),
    subscribed(member, topic) {
      const due = waiting.filter((one) => one.topic === topic);
      if (due.length > 0) waiting = waiting.filter((one) => one.topic !== topic);
      for (const { payload } of due) {
        waitingCharacters -= payload.length;
        member.send(topic, payload);
      }
      for (const listener of [...(subscriptionListeners.get(topic) ?? [])]) listener();
    },
    receive(member, topic, payload) {
      if (!members.has(member)) return undefined;
      if (!mayPublish(member.role, sessionId, topic)) {
        warn({ topic }, "dropped a message on a topic that executors may not publish on");
        return undefined;
      }
      const { role } = member;
      const isForEngine = role === "executor" && topic === topics.session(sessionId) && hasEngine();
      const read = readMessage(payload, { sessionId, topic, role, isForEngine });
      if (!(read instanceof Promise)) {
        handOn(read, topic, member);
        return undefined;
      }
      const handedOn = read
        .then((admitted) => handOn(admitted, topic, member))
        .finally(() => beingRead.delete(handedOn));
      beingRead.add(handedOn);
      return handedOn;
    },
    receiveSpan(payload) {
      spans += 1;
      if (spans === mostSpans) log.warn({ sessionId }, "further spans of this session are left out");
      if (spans < mostSpans) for (const listener of spanListeners) listener(payload);
    },
    refuse,
    close() {
      members.clear();
      listeners.clear();
      warningListeners.clear();
      spanListeners.clear();
      waiting = [];
      waitingCharacters = 0;
    },
  };
}

function added<Item>(items: Set<Item>, item: Item): () => void {
  items.add(item);
  return () => items.delete(item);
}
