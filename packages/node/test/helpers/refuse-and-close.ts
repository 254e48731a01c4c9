// A server that refuses every request after its head, and closes the connection in the way of its argument, unread bytes and all.
import { type AddressInfo, createServer } from "node:net";

const [way] = process.argv.slice(2);
const body = '{"message":"too large"}';
const head = `HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;

const server = createServer((socket) => {
  socket.on("error", () => undefined);
  let text = "";
  const read = (bytes: Buffer) => {
    text += bytes.toString("latin1");
    if (!text.includes("\r\n\r\n")) return;
    socket.off("data", read).pause();
    socket.write(`${head}\r\n\r\n${body}`, () => {
      if (way === "reset") socket.resetAndDestroy();
      else socket.destroy();
    });
  };
  socket.on("data", read);
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
