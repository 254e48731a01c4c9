import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { demoFile, processesWith, runProgram } from "./helpers/run-program.ts";

test("the demo speaks, uploads, and leaves nothing running", async () => {
  const { code, stdout, stderr } = await runProgram(demoFile, ["--text", "One two three"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain('Running audio-lab::text-to-audio with "One two three"');
  expect(stdout.match(/^task +\S{36}$/gm)).toHaveLength(2);
  const path = /^Play it: (.+)$/m.exec(stdout)?.[1] ?? "";
  const sound = await readFile(path);
  expect(sound.toString("latin1", 0, 4)).toBe("RIFF");
  expect(sound.readUInt32LE(40)).toBe(sound.length - 44);
  expect(processesWith(path.replace(/\/data\/.*/, ""))).toEqual([]);
});
