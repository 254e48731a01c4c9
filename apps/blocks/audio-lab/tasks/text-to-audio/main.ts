import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "@oomol/scriptlet";
import { type SpeechOptions, speak } from "../../source/speak.ts";
import { splitText } from "../../source/split-text.ts";
import { WavFile, type WavSummary } from "../../source/wav-file.ts";

export interface Inputs {
  text: string;
  voice?: string | null;
  /** Words per minute, 80 to 450. */
  speed?: number | null;
}

export interface Outputs {
  /** Path of the WAV file. */
  audio_address: string;
}

export default async function textToAudio(
  params: Inputs,
  context: Context<Inputs, Outputs>,
): Promise<Partial<Outputs>> {
  const text = checkText(params.text);
  const options = checkOptions(params);
  await context.reportLog(
    `Speaking ${text.length} characters with voice ${options.voice} at ${options.speedWordsPerMinute} words per minute.`,
  );
  const directory = join(context.sessionDir, "audio");
  await mkdir(directory, { recursive: true });
  const path = join(directory, `speech-${randomUUID()}.wav`);
  try {
    const { durationSeconds } = await speakIntoFile(path, text, options, context);
    await context.reportLog(`Wrote ${durationSeconds.toFixed(1)} seconds of audio.`);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  await context.preview({ type: "audio", data: path });
  return { audio_address: path };
}

function checkText(text: unknown): string {
  if (typeof text !== "string") throw new Error(`"text" must be a string; it is ${typeof text}.`);
  if (!text.trim()) throw new Error(`"text" is empty: there is nothing to speak.`);
  return text.trim();
}

function checkOptions({ voice, speed }: Inputs): SpeechOptions {
  const speedWordsPerMinute = speed ?? 175;
  if (!Number.isInteger(speedWordsPerMinute) || speedWordsPerMinute < 80 || speedWordsPerMinute > 450) {
    throw new Error(`"speed" must be a whole number of words per minute from 80 to 450; it is ${speed}.`);
  }
  return { voice: voice || "en-us", speedWordsPerMinute };
}

/** Portion by portion, so that progress is true and other blocks of this process get their turn. */
async function speakIntoFile(
  path: string,
  text: string,
  options: SpeechOptions,
  context: Context<Inputs, Outputs>,
): Promise<WavSummary> {
  const file = await WavFile.open(path);
  try {
    let spokenCharacters = 0;
    for (const portion of splitText(text)) {
      const { wav, complaints } = await speak(portion, options);
      for (const complaint of complaints) await context.reportLog(complaint, "stderr");
      await file.append(wav);
      spokenCharacters += portion.length;
      void context.reportProgress((spokenCharacters / text.length) * 100);
    }
    const summary = await file.finish();
    if (summary.isSilent)
      throw new Error(`"text" holds nothing that can be spoken: no letter, digit or sign.`);
    return summary;
  } finally {
    await file.close();
  }
}
