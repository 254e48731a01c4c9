import type { Download } from "@oomol/connect-core";

/** Browsers that read the address late have read it by then. */
const addressLifeMs = 60_000;

/**
 * Lets the browser save a download like any other: under its own name, in the user's download folder.
 * The file is held in memory first; if it is very large, stream `download.body` into a file of the File System API.
 *
 * @example
 * const client = new OomolConnectClient();
 * const outcome = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
 * await saveDownload(await client.tasks.download(outcome, outcome.result.audio_address));
 * @throws What reading the download throws.
 */
export async function saveDownload(download: Download, name: string = download.name): Promise<void> {
  const url = URL.createObjectURL(await download.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), addressLifeMs);
}
