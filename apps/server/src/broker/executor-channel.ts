import type { Duplex } from "node:stream";
import {
  type BeginSession,
  channelTopics,
  decodeMessage,
  type EndSession,
  encodeChannelLine,
  type LoadBlock,
  type SessionOver,
} from "@oomol/scriptlet/wire";
import { type Json, jsonParts } from "../json-text.ts";
import type { InstalledBlock } from "../packages/read-package.ts";
import type { ExecutorProcess } from "../processes/executor-process.ts";
import { createChannelReader, type ReceivedLine } from "./channel-reader.ts";
import { createHold } from "./hold.ts";
import { createLineWriter } from "./line-writer.ts";
import type { OutputFences } from "./output-fences.ts";
import { maxMessageBytes, tooLarge } from "./read-message.ts";
import type { Member, Room } from "./room.ts";

/** The server's end of the socket that an executor of ours inherits; nobody else can speak on it. */
export interface ExecutorChannel {
  /**
   * The executor serves this session from now on; `begin` tells it, together with the first message, which one that was started
   * for the session needs not.
   */
  attach(room: Room, begin?: BeginSession): void;
  /** Sends a message to this executor alone. */
  send(topic: string, message: object): void;
  /** Lets it load the code of a block ahead. */
  load(block: Pick<InstalledBlock, "directory" | "executor">): void;
  /** Lets it end the session by itself as soon as the job has ended that it was just sent. */
  endSessionAfter(sessionId: string, jobId: string): void;
  /** Ends the session for this executor. Resolves with what it says of itself, or with nothing if it is gone. */
  endSession(sessionId: string): Promise<SessionOver | undefined>;
  /** Hangs up: the executor leaves. */
  close(): void;
}

/** An executor subscribes to the answer to each request, for as long as it waits for it. */
const maxSubscriptions = 10_000;
const maxTopicLength = 1_024;
const maxLineBytes = maxMessageBytes + maxTopicLength;

/** `fences` and `output` are those of the pipes that the executor prints into. */
export function createExecutorChannel(
  stream: Duplex,
  { fences, output }: { fences?: OutputFences | undefined; output?: ExecutorProcess["output"] } = {},
): ExecutorChannel {
  const subscriptions = new Set<string>();
  let room: Room | undefined;
  let leave = () => {};
  let onOver: (over: SessionOver | undefined) => void = () => undefined;
  let ending: Promise<SessionOver | undefined> | undefined;
  let isGone = false;

  const writer = createLineWriter(stream);
  /** Leaves with what is written next: by itself it would wake a process that has nothing to do yet. */
  const writeAhead = (topic: string, payload: string) =>
    writer.writeAhead([encodeChannelLine(topic, payload)]);
  /** A line as `encodeChannelLine` writes it, whose payload may be of parts. */
  const write = (topic: string, ...payload: Json[]) => writer.write([`${topic} `, ...payload, "\n"]);
  const member: Member = {
    role: "executor",
    hears: (topic) => subscriptions.has(topic),
    send: write,
    hold: createHold({
      pause() {
        stream.pause();
        output?.pause();
      },
      resume() {
        stream.resume();
        output?.resume();
      },
    }),
  };
  /** Lines behind a fence that the output has not come to, or behind a message that is being read. */
  let behind: ReceivedLine[] | undefined;
  const keepBehind = (until: Promise<void> | undefined) => {
    if (until === undefined) return;
    behind = [];
    void until.then(() => {
      const lines = behind ?? [];
      behind = undefined;
      for (const line of lines) take(line);
    });
  };
  const take = (line: ReceivedLine) => {
    if (behind !== undefined) behind.push(line);
    else if (line.kind === "unsubscribe") subscriptions.delete(line.topic);
    else if (line.kind === "subscribe") {
      if (subscriptions.size >= maxSubscriptions || line.topic.length > maxTopicLength) {
        room?.refuse("channel", "The block subscribes to more than an executor needs.");
        return;
      }
      subscriptions.add(line.topic);
      room?.subscribed(member, line.topic);
    } else if (line.topic === channelTopics.fence) keepBehind(fences?.arrive(fenceIn(line.payload)));
    else if (line.topic === channelTopics.span) room?.receiveSpan(line.payload.toString());
    else if (line.topic === channelTopics.over) {
      onOver(readOver(line.payload));
    } else {
      const reading = room?.receive(member, line.topic, line.payload);
      if (reading !== undefined) member.hold(reading);
      keepBehind(reading);
    }
  };
  const read = createChannelReader(take, {
    maxBytes: maxLineBytes,
    onTooLong: (sizeBytes) => room?.refuse("channel", tooLarge(sizeBytes)),
  });
  const askForEnd = (end: EndSession) => {
    const over = new Promise<SessionOver | undefined>((resolve) => (onOver = resolve));
    write(channelTopics.end, JSON.stringify(end));
    return over;
  };
  const detach = () => {
    leave();
    subscriptions.clear();
    room = undefined;
  };
  stream.on("data", read);
  stream.on("error", () => undefined);
  stream.once("close", () => {
    isGone = true;
    onOver(undefined);
  });

  return {
    attach(next, begin) {
      room = next;
      leave = next.join(member);
      if (begin) writeAhead(channelTopics.begin, JSON.stringify(begin));
    },
    load({ directory, executor }) {
      const { entry, function: name } = executor.options ?? {};
      const source: LoadBlock = { dir: directory, ...(entry && { entry }), ...(name && { function: name }) };
      write(channelTopics.load, JSON.stringify(source));
    },
    send: (topic, message) => write(topic, ...jsonParts(message)),
    endSessionAfter(sessionId, jobId) {
      ending = askForEnd({ session_id: sessionId, after_job: jobId });
    },
    async endSession(sessionId) {
      if (isGone) return undefined;
      const said = await (ending ?? askForEnd({ session_id: sessionId }));
      ending = undefined;
      detach();
      return said?.session_id === sessionId ? said : undefined;
    },
    close: () => writer.end(),
  };
}

const fenceIn = (payload: Json) => Number(decodeMessage(payload.toString())?.fence);

function readOver(payload: Json): SessionOver | undefined {
  const over = decodeMessage(payload.toString());
  const isRead = typeof over?.session_id === "string" && Array.isArray(over.leftovers);
  // What a hostile block writes here itself at most keeps its process alive, which is its own.
  return isRead ? (over as unknown as SessionOver) : undefined;
}
