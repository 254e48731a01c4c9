import type { MessagePort } from "node:worker_threads";
import { MainframeClosedError } from "../errors/mainframe-closed-error.ts";
import type { Mainframe } from "../mainframe.ts";
import { createSubscriptions } from "../subscriptions.ts";
import type { FromThread, ToThread } from "./thread-messages.ts";

/** This many messages do not wait for the end of the code that sends them. */
const maxBatch = 256;

/** The thread's messages beyond the answers to this mainframe. */
export type ThreadNews = Exclude<
  FromThread,
  { kind: "acknowledged" | "refused" | "subscribed" | "unsubscribed" | "heard" | "closed" }
>;

/** The main thread's end of the connection: the same mainframe, over another thread. */
export function createThreadMainframe(port: MessagePort, onNews: (news: ThreadNews) => void): Mainframe {
  const tell = (message: ToThread) => port.postMessage(message);
  const waiting = new Map<number, Waiting>();
  const answers = new Map<string, (() => void)[]>();
  let batch: string[] = [];
  let next = 0;
  let closing: Promise<void> | undefined;
  let settleClosed = () => {};

  const subscriptions = createSubscriptions(
    (topic) => ask("subscribe", topic),
    (topic) => (closing === undefined ? ask("unsubscribe", topic) : Promise.resolve()),
  );

  port.on("message", (message: FromThread) => {
    switch (message.kind) {
      case "acknowledged":
        for (const number of message.numbers) take(number)?.resolve();
        break;
      case "refused":
        for (const number of message.numbers) {
          const refused = take(number);
          refused?.reject(new MainframeClosedError(refused.topic));
        }
        break;
      case "subscribed":
      case "unsubscribed":
        answer(`${message.kind} ${message.topic}`);
        break;
      case "heard":
        for (let index = 0; index + 1 < message.messages.length; index += 2) {
          subscriptions.deliver(message.messages[index] ?? "", message.messages[index + 1] ?? "");
        }
        break;
      case "closed":
        settleClosed();
        break;
      default:
        onNews(message);
    }
  });

  return {
    publish(topic, payload) {
      if (closing !== undefined) return Promise.reject(new MainframeClosedError(topic));
      if (batch.length === 0) queueMicrotask(flush);
      batch.push(topic, payload);
      next += 1;
      const number = next;
      const sent = new Promise<void>((resolve, reject) => waiting.set(number, { topic, resolve, reject }));
      // A block may hold the thread, and with it the microtask, for long.
      if (batch.length >= 2 * maxBatch) flush();
      return sent;
    },
    async subscribe(topic, listener) {
      if (closing !== undefined) throw new MainframeClosedError(topic);
      return subscriptions.add(topic, listener);
    },
    close() {
      closing ??= new Promise((resolve) => {
        settleClosed = resolve;
        flush();
        tell({ kind: "close" });
      });
      return closing;
    },
  };

  function flush(): void {
    if (batch.length === 0) return;
    const messages = batch;
    batch = [];
    tell({ kind: "publish", first: next - messages.length / 2 + 1, messages });
  }

  /** After everything that was published before. */
  function ask(kind: "subscribe" | "unsubscribe", topic: string): Promise<void> {
    flush();
    tell({ kind, topic });
    return new Promise((resolve) => {
      const key = `${kind}d ${topic}`;
      answers.set(key, [...(answers.get(key) ?? []), resolve]);
    });
  }

  function answer(key: string): void {
    const [first, ...others] = answers.get(key) ?? [];
    if (others.length === 0) answers.delete(key);
    else answers.set(key, others);
    first?.();
  }

  function take(number: number): Waiting | undefined {
    const found = waiting.get(number);
    waiting.delete(number);
    return found;
  }
}

interface Waiting {
  topic: string;
  resolve(): void;
  reject(error: Error): void;
}
