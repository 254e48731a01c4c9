import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { retry } from "../retry.ts";
import { messageOf } from "../values.ts";
import { keepListening } from "./keep-listening.ts";
import type { Postgres } from "./postgres.ts";
import { prepared } from "./prepared.ts";

/**
 * What processes tell each other: a task's id if something about it is new or is to stop, a queue's name if a task waits, which
 * task a stream is to carry, which upload another request wants.
 */
export type Topic = "changed" | "stop" | "queued" | "events" | "uploads";

/**
 * Short notices between processes, by LISTEN and NOTIFY. They only say where to look: one that gets lost, or is not listened
 * to, delays somebody. PostgreSQL wakes every connection that listens to anything for each of them, so few should listen.
 */
export interface Notices {
  /** Goes out at once, or with others while a round is under way. */
  send(topic: Topic, subject: string): void;
  /** Calls `listener` with what other processes send, while this one listens to the topic. */
  onNotice(topic: Topic, listener: (subject: string) => void): void;
  /** Calls `listener` whenever some may have been missed, at the beginning too. */
  onMissed(listener: () => void): void;
  /** Listens from the moment this resolves, and again after each loss of the connection. Nothing new while it listens. */
  listen(topics: readonly Topic[]): Promise<void>;
  unlisten(): Promise<void>;
  close(): Promise<void>;
}

const channelOf = (topic: Topic) => `connect_${topic}`;
/** PostgreSQL takes 8,000 bytes. */
const maxPayloadBytes = 7_500;
/** Of a topic, while the database does not answer. */
const maxWaiting = 10_000;

/** Notices of this process; it listens only when it is told to. */
export function openNotices(postgres: Postgres, log: Logger): Notices {
  const origin = randomUUID().slice(0, 8);
  const listeners = new Map<Topic, Set<(subject: string) => void>>();
  const missed = new Set<() => void>();
  const waiting = new Map<Topic, Set<string>>();
  let connection: ReturnType<typeof keepListening> | undefined;
  let sending: Promise<void> | undefined;
  const closing = new AbortController();

  const receive = (payload: string) => {
    const [sender, topic, ...subjects] = payload.split(" ");
    if (sender === origin) return; // told in this process already
    for (const listener of listeners.get(topic as Topic) ?? [])
      subjects.forEach((subject) => void listener(subject));
  };
  const tellMissed = () => missed.forEach((listener) => void listener());

  const unlisten = async () => {
    const listening = connection;
    connection = undefined;
    await (await listening?.catch(() => undefined))?.close();
  };

  const sendAll = async () => {
    while (waiting.size > 0) {
      const notices = [...waiting].flatMap(([topic, subjects]) =>
        pack(`${origin} ${topic}`, [...subjects]).map((payload) => ({ channel: channelOf(topic), payload })),
      );
      waiting.clear();
      const send = () =>
        postgres.pool.query(
          prepared(
            "select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as t(channel, payload)",
            [notices.map(({ channel }) => channel), notices.map(({ payload }) => payload)],
          ),
        );
      // Whoever holds an answer open would hear nothing until its end.
      const mayRetry = (error: unknown) => {
        log.warn({ error: messageOf(error) }, "other processes could not be told");
        return !closing.signal.aborted;
      };
      const { signal } = closing;
      await retry(send, { firstPauseMs: 250, mostPauseMs: 500, mayRetry, signal }).catch(() => undefined);
    }
    sending = undefined;
  };

  return {
    send(topic, subject) {
      if (closing.signal.aborted) return;
      const subjects = waiting.get(topic) ?? new Set();
      // Twice told is once told; who misses what is too much finds it when he looks himself.
      if (subjects.size < maxWaiting) waiting.set(topic, subjects.add(subject));
      sending ??= Promise.resolve().then(sendAll);
    },
    onNotice(topic, listener) {
      listeners.set(topic, (listeners.get(topic) ?? new Set()).add(listener));
    },
    onMissed: (listener) => void missed.add(listener),
    async listen(topics) {
      if (connection || closing.signal.aborted) return;
      const channels = topics.map(channelOf);
      connection = keepListening(postgres, channels, { receive, onReconnected: tellMissed, log });
      try {
        await connection;
      } catch (error) {
        connection = undefined;
        throw error;
      }
      tellMissed();
    },
    unlisten,
    async close() {
      closing.abort();
      await sending;
      await unlisten();
    },
  };
}

/** As many words in each payload as it takes. */
function pack(start: string, words: readonly string[]): string[] {
  const payloads: string[] = [];
  let payload = start;
  for (const word of words) {
    if (payload !== start && payload.length + 1 + word.length > maxPayloadBytes) {
      payloads.push(payload);
      payload = start;
    }
    payload += ` ${word}`;
  }
  return [...payloads, payload];
}
