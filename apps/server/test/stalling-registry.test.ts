import { once } from "node:events";
import { expect, test } from "vitest";
import { openScriptedRegistry } from "./open-scripted-registry.ts";
import { openTestServer } from "./open-test-server.ts";
import { tarArchive } from "./tar-archive.ts";

test.each(["/slow", "/slow/archive.tgz"])(
  "closes while the registry does not answer for %s",
  async (path) => {
    await using registry = await openScriptedRegistry();
    registry.serve("slow", tarArchive([]));
    await using server = await openTestServer({ registry: registry.url });
    const asked = registry.stall(path);
    await server.request("/packages/install", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: "slow", version: "1.0.0" }),
    });
    const unanswered = await asked;
    const hungUp = once(unanswered, "close");
    await server.close();
    await hungUp;
    expect(unanswered.writableEnded).toBe(false);
  },
  30_000,
);
