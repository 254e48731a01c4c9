// A bare server that holds every answer until `/end` is asked for, and then gives all of them. Sends its address.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const held: ServerResponse[] = [];
const body = JSON.stringify({ success: true, task: { id: "t", status: "completed", updated_at: 0 } });

const server = createServer(({ url }, response) => {
  if (url !== "/end") return void held.push(response);
  const answer = body.replace(/"updated_at":0/, `"updated_at":${Date.now()}`);
  for (const one of held.splice(0)) one.end(answer);
  return response.end("ok");
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`);
});
