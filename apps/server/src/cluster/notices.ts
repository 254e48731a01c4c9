import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { messageOf } from "../values.ts";
import { keepListening } from "./keep-listening.ts";
import type { Postgres } from "./postgres.ts";

/** What processes tell each other: a task's id where something about it is new or is to stop, a queue's name where a task waits. */
export type Topic = "changed" | "stop" | "queued";

/**
 * Short notices between all processes, by LISTEN and NOTIFY. They only say where to look: one that gets lost delays
 * somebody, and `onMissed` is called whenever some may have been.
 */
export interface Notices {
  /** Goes out at once, or with others while a round is under way. */
  send(topic: Topic, subject: string): void;
  /** Hears what other processes send. */
  onNotice(topic: Topic, listener: (subject: string) => void): void;
  onMissed(listener: () => void): void;
  close(): Promise<void>;
}

const channel = "connect_server";
/** PostgreSQL takes 8,000 bytes. */
const maxPayloadBytes = 7_500;

/** Listens from the moment this resolves, and again after each loss of the connection. */
export async function openNotices(postgres: Postgres, log: Logger): Promise<Notices> {
  const origin = randomUUID().slice(0, 8);
  const listeners = new Map<Topic, Set<(subject: string) => void>>();
  const missed = new Set<() => void>();
  const waiting = new Map<Topic, Set<string>>();
  let sending: Promise<void> | undefined;
  let isClosed = false;

  const receive = (payload: string) => {
    const [sender, topic, ...subjects] = payload.split(" ");
    if (sender === origin) return; // told in this process already
    for (const listener of listeners.get(topic as Topic) ?? [])
      subjects.forEach((subject) => void listener(subject));
  };
  const connection = await keepListening(postgres, channel, {
    ...{ receive, log },
    onReconnected: () => missed.forEach((listener) => void listener()),
  });

  const sendAll = async () => {
    while (waiting.size > 0) {
      const payloads = [...waiting].flatMap(([topic, subjects]) => pack(`${origin} ${topic}`, [...subjects]));
      waiting.clear();
      await postgres.pool
        .query("select pg_notify($1, payload) from unnest($2::text[]) as payload", [channel, payloads])
        .catch((error: unknown) =>
          log.warn({ error: messageOf(error) }, "other processes could not be told"),
        );
    }
    sending = undefined;
  };

  return {
    send(topic, subject) {
      if (isClosed) return;
      waiting.set(topic, (waiting.get(topic) ?? new Set()).add(subject));
      sending ??= Promise.resolve().then(sendAll);
    },
    onNotice(topic, listener) {
      listeners.set(topic, (listeners.get(topic) ?? new Set()).add(listener));
    },
    onMissed: (listener) => void missed.add(listener),
    async close() {
      isClosed = true;
      await sending;
      await connection.close();
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
