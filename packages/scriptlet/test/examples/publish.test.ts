// publish.test.ts
import { runBlock } from "@oomol/scriptlet/testing";
import { expect, test } from "vitest";
import publish from "./publish.ts";

test("signs, asks, and lets another block do its part", async () => {
  await using run = await runBlock(publish, {
    inputs: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a secret is referred to
      apiKey: "${{OO_SECRET:custom,cloud,KEY}}",
      account: { type: "cloud", name: "mine", id: "vault-1" },
      image: new Uint8Array([1, 2, 3]),
    },
    outputsDef: ["page", { handle: "thumbnail", json_schema: { contentMediaType: "oomol/bin" } }],
    token: "a token",
    secrets: { cloud: { type: "custom", values: { KEY: "a key" } } },
    credentials: { "vault-1": { user: "Ada" } },
    downstream: {},
    children: {
      "self::resize": async ({ width }: { width: number }) => ({ note: `resized to ${width}` }),
    },
  });

  expect(run.error).toBeUndefined();
  expect(run.result).toEqual({ page: "Ada:true" });
  expect(run.warnings).toEqual(["Nobody reads the page."]);
  expect(run.logs).toEqual([{ text: "resized to 64", stdio: "stdout" }]);
  expect(run.outputs).toEqual([{ handle: "thumbnail", value: Buffer.from([1, 2]) }]);
});
