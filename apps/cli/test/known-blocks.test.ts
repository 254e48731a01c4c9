import { OomolConnectClient } from "@oomol/connect-core";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createKnownBlocks } from "../src/mcp/known-blocks.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("one listing serves the calls of half a minute, and an unknown tool is looked for at once", async () => {
  const blocks = [{ package: "a", name: "b", path: "/a-1.0.0/b" }];
  const server = new FakeConnectServer({ blocks });
  const client = new OomolConnectClient({ baseUrl: "http://fake.test/api", fetch: server.fetch });
  const known = createKnownBlocks(client);
  const listings = () => server.requestsTo("GET", /blocks$/).length;
  await known.list();
  for (let call = 0; call < 3; call += 1) expect(await known.find("a__b")).toMatchObject({ blockId: "a::b" });
  expect(listings()).toBe(1);
  blocks.push({ package: "a", name: "new", path: "/a-1.0.0/new" });
  expect(await known.find("a__new")).toMatchObject({ blockId: "a::new" });
  expect(listings()).toBe(2);
  expect(await known.find("a__none")).toBeUndefined();
  vi.advanceTimersByTime(29_000);
  await known.find("a__b");
  expect(listings()).toBe(3);
  vi.advanceTimersByTime(2_000);
  await known.find("a__b");
  expect(listings()).toBe(4);
});
