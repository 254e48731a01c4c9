import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { BytesInFlight } from "../src/http/bytes-in-flight.ts";
import { EventWriter } from "../src/http/event-writer.ts";

test("a sign of life does not become a part of a large event", async () => {
  const data = JSON.stringify({ text: "x".repeat(2_000_000) });
  const server = createServer(async (_request, outgoing) => {
    const events = new EventWriter(outgoing, new BytesInFlight("answers", 10_000_000, 10_000_000), "");
    events.beat();
    const beating = setInterval(() => events.beat(), 1);
    // Each piece takes a turn, so there are some between two of them.
    await events.add("log", [data], 1);
    clearInterval(beating);
    events.beat();
    events.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const blocks = (await answer.text()).split("\n\n").filter((block) => block !== ": still here");
  expect(blocks).toEqual([`event: log\ndata: ${data}\nid: 1`, ""]);
  await new Promise((resolve) => server.close(resolve));
});
