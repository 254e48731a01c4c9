import { builtinModules } from "node:module";
import { addMembers } from "./built-ins.ts";
import type { Leftover } from "./leftover.ts";
import type { ObjectWatch } from "./watch-objects.ts";

/** Modules that warn when they are loaded, or that are rarely loaded: watched once a block has loaded them. */
const notLoaded = /^_|\/_|^(punycode|sys|domain|constants|cluster|repl|wasi|inspector|trace_events)$|^node:/;
const neverWatched = /^_|\/_|^(punycode|sys|constants|process)$/;

/** Load these first: some change the globals of an older Node.js when they are loaded. */
export function loadBuiltinModules(): void {
  for (const id of builtinModules) if (!notLoaded.test(id)) process.getBuiltinModule(id);
}

/**
 * Watches the exports and classes of Node.js's own modules (`fs.readFile = …`). Nearly all are loaded for it, which takes
 * some 3 ms. The others, if a block loads them, are compared with their ES namespace, which keeps what they exported when
 * they were first asked for, and watched from then on. So a change of a class in the very job that loads such a module, and
 * one that `syncBuiltinESMExports` has spread there, goes unnoticed.
 *
 * Which are loaded tells `process.moduleLoadList`, which is not documented; without it all are loaded by the first check.
 */
export function watchBuiltinModules(objects: ObjectWatch): () => Leftover[] | Promise<Leftover[]> {
  const waiting = new Set(builtinModules.filter((id) => !neverWatched.test(id)));
  let listed = 0;
  for (const id of newlyLoaded()) watch(id, process.getBuiltinModule(id) as object);
  return () => (loadList().length === listed ? [] : compareNew());

  async function compareNew(): Promise<Leftover[]> {
    const changed: Leftover[] = [];
    for (const id of newlyLoaded()) {
      const exports = process.getBuiltinModule(id) as Record<string, unknown>;
      const namespace = (await import(id.startsWith("node:") ? id : `node:${id}`)) as Record<string, unknown>;
      for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
        if (value === undefined || !Object.hasOwn(namespace, key) || key === "default") continue;
        if (!Object.is(namespace[key], value)) {
          changed.push({ kind: "module", description: `a changed ${key} of the module ${id}` });
        }
      }
      watch(id, exports);
    }
    return changed;
  }

  function watch(id: string, exports: object): void {
    addMembers(objects, `module ${id}`, exports);
    // A function with properties, as node:stream and node:events are: its members are not those of a namespace.
    if (typeof exports !== "function") return;
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
      if (typeof value === "function") addMembers(objects, `module ${id}.${key}`, value, true);
    }
  }

  function newlyLoaded(): string[] {
    const list = loadList();
    listed = list.length;
    const loaded = new Set(list);
    const found = [...waiting].filter(
      (id) => list.length === 0 || loaded.has(`NativeModule ${id.replace(/^node:/, "")}`),
    );
    for (const id of found) waiting.delete(id);
    return found;
  }
}

function loadList(): readonly string[] {
  return (process as { moduleLoadList?: readonly string[] }).moduleLoadList ?? [];
}
