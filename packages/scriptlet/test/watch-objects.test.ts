import { describe, expect, test } from "vitest";
import { createLooks } from "../src/executor/cleanliness/looks.ts";
import { type WatchOptions, watchObjects } from "../src/executor/cleanliness/watch-objects.ts";

class Parent {}

/** As built-ins are: methods that are not listed, accessors, constants that are. */
function openObject(options?: WatchOptions) {
  const object = Object.create(Parent.prototype, {
    method: { value: () => 1, writable: true, configurable: true },
    size: { get: () => 2, configurable: true },
    listed: { value: Number.NaN, writable: true, enumerable: true, configurable: true },
    fixed: { value: 3 },
  }) as Record<string, unknown>;
  const objects = watchObjects();
  objects.add("object", object, options);
  const changes = (look: "whole" | "quick") => objects.changes(look).map(({ key }) => key ?? "its prototype");
  return { object, objects, changes };
}

const open: Record<string, (object: Record<string, unknown>) => unknown> = {
  method: (object) => (object.method = () => 1),
  size: (object) => Object.defineProperty(object, "size", { get: () => 2 }),
  listed: (object) => delete object.listed,
  added: (object) => (object.added = 1),
  "its prototype": (object) => Object.setPrototypeOf(object, {}),
};

describe.each(["whole", "quick"] as const)("a %s look", (look) => {
  test("finds nothing where nothing has changed", () => {
    expect(openObject().changes(look)).toEqual([]);
  });

  test.each(Object.entries(open))("notices %s", (name, change) => {
    const { object, changes } = openObject();
    change(object);
    expect(changes(look)).toEqual([name]);
  });

  test.each(["a-b", 'a"b\\', "7", "\u2028", Symbol("own")])("notices another value under %s", (key) => {
    const object: Record<PropertyKey, unknown> = { [key]: 1 };
    const objects = watchObjects();
    objects.add("object", object);
    expect(objects.changes(look)).toEqual([]);
    object[key] = 2;
    expect(objects.changes(look)).toMatchObject([{ key, now: { value: 2 } }]);
  });

  test("survives a getter that throws in the place of a value", () => {
    const { object, changes } = openObject();
    Object.defineProperty(object, "method", {
      get: () => {
        throw new Error("not for you");
      },
    });
    expect(changes(look)).toEqual(["method"]);
  });

  test("takes what was accepted for what is right", () => {
    const { object, objects, changes } = openObject();
    object.added = 1;
    for (const change of objects.changes(look)) objects.accept(change);
    expect(changes("quick")).toEqual([]);
    expect(changes("whole")).toEqual([]);
    object.added = 2;
    expect(changes(look)).toEqual(["added"]);
  });

  test("leaves out what may change", () => {
    const { object, changes } = openObject({ unwatched: ["method"] });
    object.method = 1;
    expect(changes(look)).toEqual([]);
  });
});

test("a hidden property is found by a whole look alone, unless the object counts them", () => {
  const seldom = openObject();
  const counting = openObject({ countsHidden: true });
  for (const { object } of [seldom, counting]) Object.defineProperty(object, "hidden", { value: 1 });
  expect(seldom.changes("quick")).toEqual([]);
  expect(seldom.changes("whole")).toEqual(["hidden"]);
  expect(counting.changes("quick")).toEqual(["hidden"]);
});

test("one that is read in turn is read by every fourth quick look, and by each whole one", () => {
  const { object, changes } = openObject({ isInTurn: true });
  object.method = () => 1;
  const looks = Array.from({ length: 8 }, () => changes("quick").length);
  expect(looks.filter((found) => found === 1)).toHaveLength(2);
  expect(changes("whole")).toEqual(["method"]);
});

test("the first look is whole, then each sixteenth of jobs that follow closely, and each after a pause", () => {
  let now = 0;
  const nextLook = createLooks(() => now);
  const looks = (count: number, everyMs: number) =>
    Array.from({ length: count }, () => {
      now += everyMs;
      return nextLook();
    });
  const round = ["whole", ...Array.from({ length: 15 }, () => "quick")];
  expect(looks(32, 5)).toEqual([...round, ...round]);
  expect(looks(3, 20)).toEqual(["whole", "whole", "whole"]);
  expect(looks(16, 1)).toEqual([...round.slice(1), "whole"]);
});
