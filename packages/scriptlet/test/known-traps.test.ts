import { access, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { engineTraps, executorTraps, type Trap } from "./known-traps.ts";

const numbered = (section: string, traps: Record<number, Trap>) =>
  Object.entries(traps).map(([number, trap]): [string, Trap] => [`${section} #${number}`, trap]);

test("every entry of oocana-protocol 9.1 and 9.2 is accounted for", () => {
  expect(Object.keys(engineTraps)).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 1)));
  expect(Object.keys(executorTraps)).toEqual(Array.from({ length: 39 }, (_, index) => String(index + 1)));
});

test.each([...numbered("9.1", engineTraps), ...numbered("9.2", executorTraps)])(
  "%s is tested where it says, or is not ours for a reason",
  async (_, trap) => {
    const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
    if ("notOurs" in trap) expect(trap.notOurs).not.toBe("");
    else if ("bench" in trap) await access(pathOf(`../bench/${trap.bench}.bench.ts`));
    else expect(await readFile(pathOf(`${trap.file}.test.ts`), "utf8")).toContain(trap.title);
  },
);
