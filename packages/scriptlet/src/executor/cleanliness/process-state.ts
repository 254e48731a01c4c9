import buffer from "node:buffer";
import { getFips } from "node:crypto";
import dns from "node:dns";
import { EventEmitter } from "node:events";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { getPriority } from "node:os";
import { getDefaultHighWaterMark } from "node:stream";
import type { Leftover } from "./leftover.ts";

/** The state that a process has once and a job may change; it has to leave it as it was at the beginning. */
export function watchProcessState(): () => Leftover[] {
  const values = look();
  const environment = { ...process.env };
  const listeners = emitters().map(listenersOf);
  return () => [
    ...changedValues(values, look()),
    ...(isSameEnvironment(environment) ? [] : changedEnvironment(environment)),
    ...emitters().flatMap((emitter, index) => {
      const before = listeners[index] as Listeners;
      return hasSameListeners(emitter, before)
        ? []
        : changedListeners(emitterNames[index] as string, before, listenersOf(emitter));
    }),
  ];
}

type Value = [kind: Leftover["kind"], what: string, value: unknown];
type Listeners = Map<string | symbol, readonly unknown[]>;

const emitterNames = ["process", "process.stdout", "process.stderr"];
const emitters = (): EventEmitter[] => [process, process.stdout, process.stderr];

function look(): Value[] {
  const { stdout, stderr } = process;
  return [
    ["cwd", "another working directory", workingDirectory()],
    ["umask", "another umask", process.umask()],
    ["process", "a process.exitCode", process.exitCode],
    ["process", "a callback for uncaught exceptions", process.hasUncaughtExceptionCaptureCallback()],
    ["process", "another EventEmitter.defaultMaxListeners", EventEmitter.defaultMaxListeners],
    ["process", "another user", process.geteuid?.()],
    ["process", "another group", process.getegid?.()],
    ["process", "another priority", getPriority()],
    ["module", "another order of the addresses of a host", dns.getDefaultResultOrder()],
    ["module", "another way to choose among them", net.getDefaultAutoSelectFamily()],
    ["module", "another highWaterMark of streams", getDefaultHighWaterMark(false)],
    ["module", "another buffer.INSPECT_MAX_BYTES", buffer.INSPECT_MAX_BYTES],
    ["module", "another crypto.fips", getFips()],
    ["module", "another http.globalAgent", http.globalAgent],
    ["module", "another https.globalAgent", https.globalAgent],
    ["module", "another fs.ReadStream", fs.ReadStream],
    ["module", "another fs.WriteStream", fs.WriteStream],
    ["stdio", "another process.stdout.isTTY", stdout.isTTY],
    ["stdio", "another process.stdout.write", stdout.write],
    ["stdio", "another process.stdout.end", stdout.end],
    ["stdio", "another process.stderr.write", stderr.write],
    ["stdio", "another process.stderr.end", stderr.end],
  ];
}

function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    // It has been removed.
    return undefined;
  }
}

function changedValues(before: Value[], now: Value[]): Leftover[] {
  return now
    .filter(([, , value], index) => !Object.is(value, before[index]?.[2]))
    .map(([kind, description]) => ({ kind, description }));
}

/** Nothing has changed after most jobs, and each variable that is read is a call of the system's library. */
function isSameEnvironment(before: NodeJS.ProcessEnv): boolean {
  const names = Object.keys(process.env);
  return (
    names.length === Object.keys(before).length && names.every((name) => process.env[name] === before[name])
  );
}

function changedEnvironment(before: NodeJS.ProcessEnv): Leftover[] {
  const now = { ...process.env };
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  // Never the value: it may be a secret.
  return [...names]
    .filter((name) => before[name] !== now[name])
    .map((name) => ({ kind: "env", description: `another process.env.${name}` }));
}

function listenersOf(emitter: EventEmitter): Listeners {
  return new Map(emitter.eventNames().map((event) => [event, emitter.rawListeners(event)]));
}

function hasSameListeners(emitter: EventEmitter, before: Listeners): boolean {
  const events = emitter.eventNames();
  return (
    events.length === before.size &&
    events.every((event) => isSameList(before.get(event) ?? [], emitter.rawListeners(event)))
  );
}

function changedListeners(emitter: string, before: Listeners, now: Listeners): Leftover[] {
  const events = new Set([...before.keys(), ...now.keys()]);
  return [...events]
    .filter((event) => !isSameList(before.get(event) ?? [], now.get(event) ?? []))
    .map((event) => ({
      kind: "listener",
      description: `other listeners of ${emitter} for ${String(event)}`,
    }));
}

function isSameList(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((listener, index) => listener === now[index]);
}
