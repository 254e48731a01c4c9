// Taken before any block can replace them: the detection of a changed built-in must not call it.
const { getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { is } = Object;

/** An object, and its state when it was added. */
interface Watched {
  name: string;
  object: object;
  prototype: object | null;
  keys: PropertyKey[];
  /** By key; undefined if it may be anything, or cannot change. */
  descriptors: (PropertyDescriptor | undefined)[];
}

export interface ChangedProperty {
  /** The owner: `Array.prototype`. */
  name: string;
  /** Undefined if the object has another prototype. */
  key: PropertyKey | undefined;
  object: object;
  before: PropertyDescriptor | undefined;
  now: PropertyDescriptor | undefined;
}

export interface ObjectWatch {
  /** Watches it from now on, except for some of its keys. */
  add(name: string, object: object, unwatched?: readonly PropertyKey[]): void;
  /** Accepts the current state of a property as the right one. */
  accept(change: ChangedProperty): void;
  changes(): ChangedProperty[];
}

/** Notices each property that was added, removed or described anew, accessors included, without reading any value. */
export function watchObjects(): ObjectWatch {
  const watched = new Map<object, Watched>();
  const all: Watched[] = [];
  return {
    add(name, object, unwatched = []) {
      if (watched.has(object)) return;
      const keys = ownKeys(object);
      const descriptors = keys.map((key) => describe(object, key, unwatched));
      const one = { name, object, prototype: getPrototypeOf(object), keys, descriptors };
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
    },
    changes() {
      const found: ChangedProperty[] = [];
      for (let index = 0; index < all.length; index += 1) compare(all[index] as Watched, found);
      return found;
    },
  };
}

/** Undefined for a key that may change, or cannot. */
function describe(object: object, key: PropertyKey, unwatched: readonly PropertyKey[]) {
  if (unwatched.includes(key)) return undefined;
  const descriptor = getOwnPropertyDescriptor(object, key);
  return descriptor?.configurable || descriptor?.writable ? descriptor : undefined;
}

function compare({ name, object, prototype, keys, descriptors }: Watched, found: ChangedProperty[]): void {
  if (getPrototypeOf(object) !== prototype) {
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
