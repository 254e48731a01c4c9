import { compileValueCheck, type ValueCheck } from "./compile-value-check.ts";
import type { Look } from "./looks.ts";

// Taken before any block can replace them: the detection of a changed built-in must not call it.
const { getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { is, isExtensible, keys: listedKeys } = Object;

/** An object, and its state when it was added. */
interface Watched {
  name: string;
  object: object;
  prototype: object | null;
  isExtensible: boolean;
  keys: PropertyKey[];
  /** By key; undefined if it may be anything, or cannot change. */
  descriptors: (PropertyDescriptor | undefined)[];
  outline: Outline;
  isInTurn: boolean;
}

/** What a quick look at an object compares. */
interface Outline {
  keys: PropertyKey[];
  values: unknown[];
  hasValues: ValueCheck;
  accessors: { key: PropertyKey; before: PropertyDescriptor }[];
  /** How many properties there are, counted by `count`. */
  size: number;
  count(object: object): number;
}

export interface ChangedProperty {
  /** The owner: `Array.prototype`. */
  name: string;
  /** Undefined if the object has another prototype, or takes no new properties any more. */
  key: PropertyKey | undefined;
  object: object;
  before: PropertyDescriptor | undefined;
  now: PropertyDescriptor | undefined;
}

export interface ObjectWatch {
  /** Watches it from now on. */
  add(name: string, object: object, options?: WatchOptions): void;
  /** Accepts the current state of a property as the right one. */
  accept(change: ChangedProperty): void;
  changes(look: Look): ChangedProperty[];
}

export interface WatchOptions {
  /** Keys that may change. */
  unwatched?: readonly PropertyKey[];
  /** A quick look notices hidden new properties too. */
  countsHidden?: boolean;
  /** Every fourth quick look reads it. */
  isInTurn?: boolean;
}

/** Notices each property that was added, removed or described anew, accessors included; a whole look reads no value. */
export function watchObjects(): ObjectWatch {
  const watched = new Map<object, Watched>();
  const all: Watched[] = [];
  let quickLooks = 0;
  return {
    add(name, object, { unwatched = [], countsHidden = false, isInTurn = false } = {}) {
      if (watched.has(object)) return;
      const keys = ownKeys(object);
      const descriptors = keys.map((key) => describe(object, key, unwatched));
      const outline = outlineOf(object, keys, descriptors, countsHidden ? countAll : countListed);
      const one: Watched = {
        name,
        object,
        prototype: getPrototypeOf(object),
        isExtensible: isExtensible(object),
        keys,
        descriptors,
        outline,
        isInTurn,
      };
      watched.set(object, one);
      all.push(one);
    },
    accept({ object, key, now }) {
      const one = watched.get(object);
      if (one === undefined || key === undefined || now === undefined) return;
      const index = one.keys.indexOf(key);
      if (index >= 0) one.descriptors[index] = now;
      else {
        one.keys.push(key);
        one.descriptors.push(now);
      }
      one.outline = outlineOf(object, one.keys, one.descriptors, one.outline.count);
    },
    changes(look) {
      const found: ChangedProperty[] = [];
      if (look === "quick") quickLooks += 1;
      for (let index = 0; index < all.length; index += 1) {
        const one = all[index] as Watched;
        if (look === "quick") {
          if (one.isInTurn && (index + quickLooks) % turns !== 0) continue;
          if (hasItsOutline(one)) continue;
        }
        compare(one, found);
      }
      return found;
    },
  };
}

/** How many quick looks it takes to read all that are read in turn. */
const turns = 4;

const countAll = (object: object) => ownKeys(object).length;
/** Costs much less if most are hidden, as in classes. */
const countListed = (object: object) => listedKeys(object).length;

function outlineOf(
  object: object,
  keys: PropertyKey[],
  descriptors: Watched["descriptors"],
  count: Outline["count"],
): Outline {
  const [named, values, accessors]: [PropertyKey[], unknown[], Outline["accessors"]] = [[], [], []];
  for (const [index, before] of descriptors.entries()) {
    const key = keys[index] as PropertyKey;
    if (before === undefined) continue;
    if (before.get || before.set) accessors.push({ key, before });
    else {
      named.push(key);
      values.push(before.value);
    }
  }
  return {
    keys: named,
    values,
    hasValues: compileValueCheck(named, values),
    accessors,
    size: count(object),
    count,
  };
}

/** False if it has to be compared whole. */
function hasItsOutline({ object, prototype, outline }: Watched): boolean {
  const { keys, values, hasValues, accessors, size, count } = outline;
  if (getPrototypeOf(object) !== prototype || count(object) !== size) return false;
  try {
    if (!hasValues(object, keys, values)) return false;
  } catch {
    return false; // a getter stands there now
  }
  for (let index = 0; index < accessors.length; index += 1) {
    const { key, before } = accessors[index] as Outline["accessors"][number];
    const now = getOwnPropertyDescriptor(object, key);
    if (now === undefined || now.get !== before.get || now.set !== before.set) return false;
  }
  return true;
}

/** Undefined for a key that may change, or cannot. */
function describe(object: object, key: PropertyKey, unwatched: readonly PropertyKey[]) {
  if (unwatched.includes(key)) return undefined;
  const descriptor = getOwnPropertyDescriptor(object, key);
  return descriptor?.configurable || descriptor?.writable ? descriptor : undefined;
}

function compare(
  { name, object, prototype, isExtensible: mayGrow, keys, descriptors }: Watched,
  found: ChangedProperty[],
): void {
  if (getPrototypeOf(object) !== prototype || isExtensible(object) !== mayGrow) {
    found[found.length] = { name, object, key: undefined, before: undefined, now: undefined };
  }
  const nowKeys = ownKeys(object);
  let gone = 0;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as PropertyKey;
    const before = descriptors[index];
    if (before === undefined) continue;
    const now = getOwnPropertyDescriptor(object, key);
    if (now === undefined) gone += 1;
    if (now === undefined || !isSame(before, now)) found[found.length] = { name, object, key, before, now };
  }
  // Most never have one added, and are not searched for it.
  if (nowKeys.length === keys.length - gone) return;
  for (let index = 0; index < nowKeys.length; index += 1) {
    const key = nowKeys[index] as PropertyKey;
    if (isIn(keys, key)) continue;
    found[found.length] = {
      name,
      object,
      key,
      before: undefined,
      now: getOwnPropertyDescriptor(object, key),
    };
  }
}

function isIn(keys: PropertyKey[], key: PropertyKey): boolean {
  for (let index = 0; index < keys.length; index += 1) if (keys[index] === key) return true;
  return false;
}

function isSame(before: PropertyDescriptor, now: PropertyDescriptor): boolean {
  return (
    is(before.value, now.value) &&
    before.get === now.get &&
    before.set === now.set &&
    before.writable === now.writable &&
    before.enumerable === now.enumerable &&
    before.configurable === now.configurable
  );
}
