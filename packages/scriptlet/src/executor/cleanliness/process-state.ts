import { EventEmitter } from "node:events";
import type { Leftover } from "./leftover.ts";

/** The state that a process has once and a job may change; it has to leave it as it was at the beginning. */
export function watchProcessState(): () => Leftover[] {
  const before = look();
  return () => {
    const now = look();
    return [
      ...changedValues(before.values, now.values),
      ...changedEnvironment(before.environment, now.environment),
      ...emitters.flatMap((name, index) =>
        changedListeners(name, before.listeners[index], now.listeners[index]),
      ),
    ];
  };
}

type Value = [kind: Leftover["kind"], what: string, value: unknown];
type Listeners = Map<string | symbol, readonly unknown[]>;

const emitters = ["process", "process.stdout", "process.stderr"] as const;

function look() {
  const { stdout, stderr } = process;
  const values: Value[] = [
    ["cwd", "another working directory", workingDirectory()],
    ["umask", "another umask", process.umask()],
    ["process", "a process.exitCode", process.exitCode],
    ["process", "a callback for uncaught exceptions", process.hasUncaughtExceptionCaptureCallback()],
    ["process", "another EventEmitter.defaultMaxListeners", EventEmitter.defaultMaxListeners],
    ["process", "another user", process.geteuid?.()],
    ["stdio", "another process.stdout.write", stdout.write],
    ["stdio", "another process.stdout.end", stdout.end],
    ["stdio", "another process.stderr.write", stderr.write],
    ["stdio", "another process.stderr.end", stderr.end],
  ];
  return { values, environment: { ...process.env }, listeners: [process, stdout, stderr].map(listenersOf) };
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

function changedEnvironment(before: NodeJS.ProcessEnv, now: NodeJS.ProcessEnv): Leftover[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  // Never the value: it may be a secret.
  return [...names]
    .filter((name) => before[name] !== now[name])
    .map((name) => ({ kind: "env", description: `another process.env.${name}` }));
}

function listenersOf(emitter: EventEmitter): Listeners {
  return new Map(emitter.eventNames().map((event) => [event, emitter.rawListeners(event)]));
}

function changedListeners(
  emitter: string,
  before: Listeners = new Map(),
  now: Listeners = new Map(),
): Leftover[] {
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
