import { posix, resolve, sep, win32 } from "node:path";
import { safeFileName } from "@oomol/connect-core/adapter";
import fc from "fast-check";
import { expect, test } from "vitest";

// Bounded and seeded: what failed once fails again.
const settings = { seed: 20_261_122, numRuns: 1_000 };

const nasty = fc.constantFrom(
  "..",
  ".",
  "/",
  "\\",
  "\0",
  "C:",
  "a",
  " ",
  "é",
  "…",
  "\ud800",
  "%2e",
  ".txt",
  "CON",
  "~",
);
const name = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.array(nasty, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", minLength: 100, maxLength: 400 }),
);

test("whatever a client calls a file, it is one name within one directory, and stays so", () => {
  fc.assert(
    fc.property(name, (given) => {
      const safe = safeFileName(given);
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255);
      expect([posix.basename(safe), win32.basename(safe)]).toEqual([safe, safe]);
      expect(["", ".", ".."]).not.toContain(safe);
      expect(safe).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/i);
      expect(resolve("/data", safe)).toBe(`/data${sep}${safe}`);
      expect(safeFileName(safe)).toBe(safe);
    }),
    settings,
  );
});

test.each([
  ["con", "con_"],
  ["NUL.txt", "NUL_.txt"],
  ["lpt1 .tar.gz", "lpt1_ .tar.gz"],
  ["con .txt", "con_ .txt"],
  ["console.txt", "console.txt"],
])("%s is no device on Windows", (given, expected) => {
  expect(safeFileName(given)).toBe(expected);
});

test("one that is cut to its length ends in no space or dot either", () => {
  expect(safeFileName(`${"a".repeat(253)}  b`)).toBe("a".repeat(253));
});

test.each([
  ["../../etc/passwd", "passwd"],
  ["..\\..\\boot.ini", "boot.ini"],
  ["C:\\Windows\\x.dll", "x.dll"],
  ["C:x.dll", "x.dll"],
  ["folder/", "folder"],
  ["/", "file"],
  ["..", "file"],
  ["", "file"],
  [".bashrc", ".bashrc"],
  ["a\u0000b\n.txt", "a_b_.txt"],
  ["what?.txt. ", "what_.txt"],
  ["Größe 语音.wav", "Größe 语音.wav"],
])("%j becomes %j", (given, expected) => {
  expect(safeFileName(given)).toBe(expected);
});

test("a long name keeps its ending, whole characters and no more than it may have", () => {
  const name = safeFileName(`${"语".repeat(200)}.wav`, 240);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240);
  expect(name).toMatch(/^语+\.wav$/);
  expect(safeFileName(`${"a".repeat(300)}.${"b".repeat(40)}`)).toBe("a".repeat(255));
});
