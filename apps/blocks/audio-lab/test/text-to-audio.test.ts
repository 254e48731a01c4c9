import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runBlock } from "@oomol/scriptlet/testing";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import textToAudio, { type Inputs, type Outputs } from "../tasks/text-to-audio/main.ts";
import { readWav } from "./read-wav.ts";

async function speak(inputs: Inputs) {
  await using directory = await createTemporaryFolder();
  const run = await runBlock<Inputs, Outputs>(textToAudio, { inputs, sessionDir: directory.path });
  expect(run.error).toBeUndefined();
  const { audio_address = "" } = run.result ?? {};
  expect(audio_address.startsWith(join(directory.path, "audio", "speech-"))).toBe(true);
  const content = await readFile(audio_address);
  return { ...readWav(content), content, path: audio_address, run };
}

test("speaks a text into a WAV file of 22 050 Hz, mono, 16 bits", async () => {
  const { content, header, peak, durationSeconds } = await speak({ text: "Hello, World" });
  expect(header).toEqual({
    riff: "RIFF",
    riffBytes: content.length - 8,
    wave: "WAVE",
    format: "fmt ",
    formatBytes: 16,
    encoding: 1,
    channels: 1,
    samplesPerSecond: 22_050,
    bytesPerSecond: 44_100,
    bytesPerSample: 2,
    bitsPerSample: 16,
    data: "data",
    dataBytes: content.length - 44,
  });
  expect(peak).toBeGreaterThan(5000);
  expect(durationSeconds).toBeGreaterThan(0.8);
  expect(durationSeconds).toBeLessThan(3);
});

test("says what it does: voice, characters, seconds, progress and the sound itself", async () => {
  const { run, durationSeconds, path } = await speak({ text: " Hello, World\n" });
  expect(run.logs).toEqual([
    { text: "Speaking 12 characters with voice en-us at 175 words per minute.", stdio: "stdout" },
    { text: `Wrote ${durationSeconds.toFixed(1)} seconds of audio.`, stdio: "stdout" },
  ]);
  expect(run.progress).toEqual([100]);
  expect(run.previews).toEqual([{ type: "audio", data: path }]);
});

test("several at once, one without a voice, leave the process its stack traces", async () => {
  const limit = Error.stackTraceLimit;
  expect(limit).toBeGreaterThan(0); // other tests have run the program
  const seen: number[] = [];
  const looking = setInterval(() => seen.push(Error.stackTraceLimit), 1);
  const voiceless = runBlock<Inputs, Outputs>(textToAudio, { inputs: { text: "Hello", voice: "none" } });
  await Promise.all([speak({ text: "One" }), voiceless, speak({ text: "Two" })]);
  clearInterval(looking);
  expect(seen.length).toBeGreaterThan(0);
  expect(new Set([...seen, Error.stackTraceLimit])).toEqual(new Set([limit]));
});

test("the sound grows with the text", async () => {
  const short = await speak({ text: "One two three." });
  const long = await speak({ text: "One two three. Four five six. Seven eight nine." });
  expect(long.durationSeconds).toBeGreaterThan(2.5 * short.durationSeconds);
});

test("voices differ", async () => {
  const american = await speak({ text: "Good morning", voice: "en-us" });
  const german = await speak({ text: "Good morning", voice: "de" });
  expect(german.content.equals(american.content)).toBe(false);
});

test("speed shortens the sound", async () => {
  const text = "The quick brown fox jumps over the lazy dog";
  const slow = await speak({ text, speed: 80 });
  const usual = await speak({ text, speed: null, voice: null });
  const fast = await speak({ text, speed: 450 });
  expect(slow.durationSeconds).toBeGreaterThan(1.5 * usual.durationSeconds);
  expect(usual.durationSeconds).toBeGreaterThan(1.5 * fast.durationSeconds);
});

test("a long text becomes one file, portion by portion, with true progress", async () => {
  const sentence = "It was the best of times, it was the worst of times. ";
  const once = await speak({ text: sentence });
  const often = await speak({ text: sentence.repeat(30) });
  expect(often.run.progress.length).toBeGreaterThan(5);
  expect(often.run.progress).toEqual([...often.run.progress].sort((left, right) => left - right));
  expect(often.run.progress.at(-1)).toBe(100);
  expect(often.header.dataBytes).toBe(often.content.length - 44);
  expect(often.durationSeconds / once.durationSeconds).toBeCloseTo(30, 0);
});

test.each([
  ["begins like an option", "-h --version"],
  ["is not ASCII", "Ça été très déjà vu"],
  ["is Chinese", "你好，世界。"],
  ["is an emoji", "🙂"],
  ["holds half a character", "a \ud83d b"],
  ["looks like markup", "<speak>hi</speak>"],
])("speaks a text that %s", async (_what, text) => {
  const { peak } = await speak({ text });
  expect(peak).toBeGreaterThan(5000);
});

test("a zero byte does not end the text", async () => {
  const cut = await speak({ text: "hello" });
  const whole = await speak({ text: "hello\0my good friends" });
  expect(whole.durationSeconds).toBeGreaterThan(1.5 * cut.durationSeconds);
});

test("brackets are not read as phonemes", async () => {
  const plain = await speak({ text: "hello" });
  const bracketed = await speak({ text: "[[hello]]" });
  expect(bracketed.durationSeconds).toBeGreaterThanOrEqual(plain.durationSeconds);
});

test.each([
  ["no text", {} as Inputs, `"text" must be a string; it is undefined.`],
  ["an empty text", { text: "" }, `"text" is empty: there is nothing to speak.`],
  ["a blank text", { text: " \n\t " }, `"text" is empty: there is nothing to speak.`],
  [
    "a text of marks only",
    { text: "..." },
    `"text" holds nothing that can be spoken: no letter, digit or sign.`,
  ],
  ["an unknown voice", { text: "Hi", voice: "nope" }, `There is no voice named "nope".`],
  ["a voice like an option", { text: "Hi", voice: "-x" }, `There is no voice named "-x".`],
  ["too low a speed", { text: "Hi", speed: 79 }, `"speed" must be a whole number of words per minute`],
  ["too high a speed", { text: "Hi", speed: 451 }, "from 80 to 450; it is 451."],
  ["a broken speed", { text: "Hi", speed: 99.5 }, "it is 99.5."],
])("%s fails with a clear sentence and leaves no file", async (_what, inputs, message) => {
  await using directory = await createTemporaryFolder();
  const run = await runBlock<Inputs, Outputs>(textToAudio, { inputs, sessionDir: directory.path });
  expect(run.error).toContain(message);
  expect(run.previews).toEqual([]);
  expect(
    (await readdir(directory.path, { recursive: true })).filter((name) => name.endsWith(".wav")),
  ).toEqual([]);
});

test("an unknown voice leaves the exit code of this process alone", async () => {
  const run = await runBlock<Inputs, Outputs>(textToAudio, { inputs: { text: "Hi", voice: "nope" } });
  expect(run.error).toContain("nope");
  expect(process.exitCode).toBeUndefined();
});
