import { runEspeak, textPath, wavPath } from "./run-espeak.ts";

export interface Speech {
  /** A whole WAV file. */
  wav: Uint8Array<ArrayBuffer>;
  /** What the synthesizer complained about although it spoke. */
  complaints: string[];
}

export interface SpeechOptions {
  voice: string;
  speedWordsPerMinute: number;
}

/** Speaks a text that fits in memory; throws when there is no such voice. */
export async function speak(text: string, { voice, speedWordsPerMinute }: SpeechOptions): Promise<Speech> {
  // By file: as an argument, a text that begins with "-" would be an option.
  const input = ["-b", "1", "-f", textPath];
  const commandLine = ["-w", wavPath, "-v", voice, "-s", String(speedWordsPerMinute), ...input];
  const { wav, errors } = await runEspeak(commandLine, asPlainText(text));
  if (wav) return { wav, complaints: errors };
  if (errors.some((line) => line.includes("voice does not exist"))) {
    throw new Error(
      `There is no voice named "${voice}". Among the voices are en-us, en-gb, fr-fr, de, es, pt-br, cmn and ja.`,
    );
  }
  throw new Error(
    `eSpeak NG could not speak with voice "${voice}": ${errors.join(" ") || "it gave no reason"}`,
  );
}

/** A zero byte would end the text early, and "[[" would make phonemes of what follows. */
function asPlainText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n]/gu, " ")
    .replace(/\[(?=\[)/g, "[ ");
}
