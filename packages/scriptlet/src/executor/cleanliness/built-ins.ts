import { AsyncLocalStorage } from "node:async_hooks";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import { inspect } from "node:util";
import type { ObjectWatch } from "./watch-objects.ts";

/** Watches the objects that language and runtime give to every module: the globals, their prototypes and namespaces. */
export function addBuiltIns(objects: ObjectWatch): void {
  objects.add("globalThis", globalThis, { countsHidden: true });
  // Counted and told apart by name elsewhere.
  const unwatched = ["_events", "_eventsCount", "_maxListeners", "_exiting"];
  objects.add("process", process, { unwatched, countsHidden: true });
  addMembers(objects, "Buffer", Buffer);
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    addMembers(objects, name, value);
  }
  for (const [name, object] of hidden()) objects.add(name, object);
  for (const [name, object] of [...rarelyPatched(), ...settings()])
    objects.add(name, object, { isInTurn: true });
}

/** The properties of a class, except those without effect. */
const ofEachFunction = ["name", "length", "prototype"];

/** A class with its prototype, or a namespace (`Math`, `Intl`) with the classes in it. */
export function addMembers(objects: ObjectWatch, name: string, value: unknown, isInside = false): void {
  // `global` and the like; symbols and numbers cannot change.
  if (value === globalThis || value === null || (typeof value !== "object" && typeof value !== "function"))
    return;
  if (typeof value === "function") {
    addClass(objects, name, value, isInside);
    return;
  }
  // A table of constants may change as little as others do, but is large, and nothing is called through it.
  if (isInside && !Object.values(Object.getOwnPropertyDescriptors(value)).some(isCallable)) return;
  objects.add(name, value, { isInTurn: isInside });
  if (isInside) return;
  for (const [key, member] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    addMembers(objects, `${name}.${key}`, member.value, true);
  }
}

function isCallable({ value }: PropertyDescriptor): boolean {
  return typeof value === "function";
}

/** A function of a namespace or module that is not a class is watched as their property, not by itself. */
function addClass(objects: ObjectWatch, name: string, value: object, isInside: boolean): void {
  const prototype: unknown = Object.getOwnPropertyDescriptor(value, "prototype")?.value;
  const isClass = typeof prototype === "object" && prototype !== null;
  const hasStatics = Reflect.ownKeys(value).some((key) => !ofEachFunction.includes(String(key)));
  const countsHidden = isPatchedOften(name);
  if (isClass && isMoreThanFunction(prototype)) {
    objects.add(`${name}.prototype`, prototype, { countsHidden, isInTurn: isInside });
  } else if (isInside && !hasStatics) return;
  objects.add(name, value, { unwatched: ofEachFunction, countsHidden, isInTurn: isInside });
}

/** Each function declaration has an empty prototype; that of a class may be empty, too, but for what it inherits. */
function isMoreThanFunction(prototype: object): boolean {
  return Reflect.ownKeys(prototype).length > 1 || Object.getPrototypeOf(prototype) !== Object.prototype;
}

/** What polyfills and extensions of the language add hidden properties to. */
const patchedOften = /^(Object|Function|Array|String|Number|Boolean|Promise|Map|Set|Date|RegExp|Error)$/;

function isPatchedOften(name: string): boolean {
  return patchedOften.test(name);
}

/** Objects without a name in the language. */
function hidden(): [name: string, object: object][] {
  const generator = above(function* () {});
  const asyncGenerator = above(async function* () {});
  return [
    ["TypedArray", above(Uint8Array)],
    ["TypedArray.prototype", above(Uint8Array.prototype)],
    ["AsyncFunction.prototype", above(async () => {})],
    ["GeneratorFunction.prototype", generator],
    ["Generator.prototype", prototypeOf(generator)],
    ["AsyncGeneratorFunction.prototype", asyncGenerator],
    ["AsyncGenerator.prototype", prototypeOf(asyncGenerator)],
    ["AsyncIterator.prototype", above(prototypeOf(asyncGenerator))],
    ["Iterator.prototype", above(above([][Symbol.iterator]()))],
    ["ArrayIterator.prototype", above([][Symbol.iterator]())],
    ["MapIterator.prototype", above(new Map().entries())],
    ["SetIterator.prototype", above(new Set().entries())],
    ["StringIterator.prototype", above(""[Symbol.iterator]())],
    ["RegExpStringIterator.prototype", above("".matchAll(/(?:)/g))],
    ["AsyncLocalStorage.prototype", AsyncLocalStorage.prototype],
    ["the prototype of globalThis", above(globalThis)],
    ["the prototype of process", above(process)],
  ];
}

function rarelyPatched(): [name: string, object: object][] {
  return [
    ["Segments.prototype", above(new Intl.Segmenter().segment(""))],
    ["URLSearchParamsIterator.prototype", above(new URLSearchParams().entries())],
    ["Timeout.prototype", above(endedTimer())],
    ["crypto", crypto],
    ["Crypto.prototype", above(crypto)],
    ["SubtleCrypto.prototype", above(crypto.subtle)],
    ["performance", performance],
    ...[fs.ReadStream, fs.WriteStream].map(({ name, prototype }): [string, object] => [
      `module fs.${name}.prototype`,
      prototype,
    ]),
  ];
}

/** What the code of Node.js reads from objects of its own. */
function settings(): [name: string, object: object][] {
  const agents = Object.entries({ http, https }).map(([name, { globalAgent }]): [string, object] => [
    `module ${name}.globalAgent.options`,
    // Not in its type.
    (globalAgent as { options?: object }).options ?? {},
  ]);
  return [
    ...agents,
    ["module http.STATUS_CODES", http.STATUS_CODES],
    ["module util.inspect.defaultOptions", inspect.defaultOptions],
    ["module util.inspect.styles", inspect.styles],
    ["process.argv", process.argv],
    ["process.execArgv", process.execArgv],
    ["process.release", process.release],
  ];
}

function endedTimer(): object {
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  return timer;
}

function above(value: object): object {
  return Object.getPrototypeOf(value) as object;
}

function prototypeOf(value: object): object {
  return (value as { prototype: object }).prototype;
}
