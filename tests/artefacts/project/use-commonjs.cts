// The same packages through `require`, as CommonJS asks for ES modules.
import assert = require("node:assert/strict");
import browser = require("@oomol/connect-browser");
import core = require("@oomol/connect-core");
import testing = require("@oomol/connect-core/testing");
import node = require("@oomol/connect-node");
import scriptlet = require("@oomol/scriptlet");
import blocks = require("@oomol/scriptlet/testing");

async function main(): Promise<void> {
  const fake = new testing.FakeConnectServer();
  for (const Client of [core.OomolConnectClient, node.OomolConnectClient, browser.OomolConnectClient]) {
    const client = new Client({ baseUrl: "http://fake.test/api", fetch: fake.fetch });
    const { result } = await client.tasks.run({ blockId: "demo::echo", inputValues: { text: "hello" } });
    assert.deepEqual(result, { text: "hello" });
  }
  const run = await blocks.runBlock(({ text }: { text: string }) => ({ loud: text.toUpperCase() }), {
    inputs: { text: "hello" },
  });
  assert.deepEqual(run.result, { loud: "HELLO" });
  await run[Symbol.asyncDispose]();
  assert.equal(typeof scriptlet.defineBlock, "function");
  process.stdout.write("used");
}

void main();
