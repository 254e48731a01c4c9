import { expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

const blocks = [
  block("ffmpeg", "split", "/p/ffmpeg-0.1.9/blocks/split"),
  block("ffmpeg", "split", "/p/ffmpeg-0.1.10/blocks/split"),
  block("ffmpeg", "split", "/p/ffmpeg-0.2.0-beta.1/blocks/split"),
  block("ffmpeg", "join", "C:\\p\\ffmpeg-0.1.9\\blocks\\join"),
  block("local", "draft", "/work/local/tasks/draft"),
];

test("lists the newest version of each block, with its id and version", async () => {
  await using server = await serve({ blocks });
  const listed = await server.client.blocks.list();
  expect(listed.blocks.map(({ blockId, version }) => [blockId, version])).toEqual([
    ["ffmpeg::split", "0.2.0-beta.1"],
    ["ffmpeg::join", "0.1.9"],
    ["local::draft", undefined],
  ]);
});

test("lists every version when asked to", async () => {
  await using server = await serve({ blocks });
  const listed = await server.client.blocks.list({ includeAllVersions: true });
  expect(listed.blocks).toHaveLength(5);
  expect(listed.blocks[0]).toMatchObject({ package: "ffmpeg", name: "split", inputs: [{ handle: "file" }] });
});

function block(packageName: string, name: string, path: string) {
  return { package: packageName, name, path, inputs: [{ handle: "file", json_schema: {} }] };
}
