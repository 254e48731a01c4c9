import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { runEspeak } from "../source/run-espeak.ts";
import { speak } from "../source/speak.ts";
import { readWav } from "./read-wav.ts";

const shortNames = ["en", "fr", "zh", "no"];

/** Cherokee: on the list, but not to be had under that name, and silent under its others. */
const silentVoice = "chr-US-Qaaa-x-west";

async function readOfferedVoices(): Promise<string[]> {
  const manifest = await readFile(new URL("../tasks/text-to-audio/task.oo.yaml", import.meta.url), "utf8");
  const { inputs_def } = parse(manifest) as {
    inputs_def: { handle: string; json_schema: { enum: string[] } }[];
  };
  return inputs_def.find(({ handle }) => handle === "voice")?.json_schema.enum ?? [];
}

test("the manifest offers the voices that eSpeak NG has", async () => {
  const { printed } = await runEspeak(["--voices"]);
  const [, ...lines] = printed;
  const voices = new Set(lines.map((line) => line.trim().split(/\s+/)[1]));
  expect(voices.delete(silentVoice)).toBe(true);
  expect(new Set(await readOfferedVoices())).toEqual(new Set([...voices, ...shortNames]));
});

test.each(["af", "cmn", "cv", "hi", "ja", "nb", "ru", "yue", ...shortNames])(
  "voice %s speaks",
  async (voice) => {
    const { wav, complaints } = await speak("one two three", { voice, speedWordsPerMinute: 175 });
    expect(complaints).toEqual([]);
    expect(readWav(Buffer.from(wav)).peak).toBeGreaterThan(1000);
  },
);
