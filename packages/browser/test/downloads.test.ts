import { text } from "node:stream/consumers";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { afterAll, expect, test } from "vitest";
import { closeBrowser, openPage } from "./helpers/open-page.ts";

afterAll(closeBrowser);

const openFiles = () =>
  openPage(
    fakeHandler(
      new FakeConnectServer({
        extensions: ["files"],
        onTask: (task) => task.complete({ sound: task.writeFile("audio/speech.wav", "RIFF", "audio/wav") }),
      }),
    ),
  );

test("a result's file is read as a stream, a text or a File", async () => {
  await using opened = await openFiles();
  const seen = await opened.page.evaluate(async () => {
    const { tasks } = new window.connect.OomolConnectClient();
    const outcome = await tasks.run({ blockId: "pkg::speak" });
    const text = await (await tasks.download(outcome, outcome.result.sound)).text();
    const file = await (await tasks.download(outcome.taskId, "audio/speech.wav")).file();
    let streamed = 0;
    for await (const chunk of await tasks.download(outcome, outcome.result.sound)) streamed += chunk.length;
    return { text, name: file.name, type: file.type, size: file.size, streamed };
  });
  expect(seen).toEqual({ text: "RIFF", name: "speech.wav", type: "audio/wav", size: 4, streamed: 4 });
});

test("a result's file is saved by the browser, under a strict content security policy", async () => {
  await using opened = await openFiles();
  const saved = opened.page.waitForEvent("download");
  await opened.page.evaluate(async () => {
    const { tasks } = new window.connect.OomolConnectClient();
    const outcome = await tasks.run({ blockId: "pkg::speak" });
    await window.connect.saveDownload(await tasks.download(outcome, outcome.result.sound));
  });
  const download = await saved;
  expect(download.suggestedFilename()).toBe("speech.wav");
  expect(await text(await download.createReadStream())).toBe("RIFF");
});

test("an abort ends a download under way with its reason", async () => {
  await using opened = await openPage(
    fakeHandler(
      new FakeConnectServer({
        extensions: ["files"],
        onTask: (task) => task.complete({ big: task.writeFile("big.bin", new Uint8Array(30_000_000)) }),
      }),
    ),
  );
  const failure = await opened.page.evaluate(async () => {
    const { tasks } = new window.connect.OomolConnectClient();
    const outcome = await tasks.run({ blockId: "pkg::big" });
    const abort = new AbortController();
    const file = await tasks.download(outcome, outcome.result.big, { signal: abort.signal });
    const reader = file.body.getReader();
    await reader.read();
    abort.abort(new Error("enough"));
    return reader.read().catch(String);
  });
  expect(failure).toBe("Error: enough");
});
