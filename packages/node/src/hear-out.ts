import type { Socket } from "node:net";

type Written = (failure?: Error | null) => void;

/** The answer is in the system's buffer already, or will not come. */
const longestMs = 1_000;

/**
 * Lets a socket whose server has hung up read what the server said before. A server may refuse an upload after its head and
 * close; the client's next write then fails, and Node.js would drop the unread answer together with the connection.
 */
export function hearOut(socket: Socket): Socket {
  const write = socket._write.bind(socket);
  socket._write = (chunk, encoding, written) => write(chunk, encoding, afterLastWords(socket, written));
  const writeAll = socket._writev?.bind(socket);
  if (writeAll) socket._writev = (chunks, written) => writeAll(chunks, afterLastWords(socket, written));
  return socket;
}

function afterLastWords(socket: Socket, written: Written): Written {
  return (failure) => {
    if (!failure || socket.destroyed || !hasHungUp(failure)) return written(failure);
    const settle = () => {
      clearTimeout(timer);
      socket.off("close", settle);
      written(failure);
    };
    const timer = setTimeout(settle, longestMs);
    // Reading ends in the server's end or reset, which closes the socket.
    socket.once("close", settle);
  };
}

function hasHungUp(failure: Error): boolean {
  return "code" in failure && (failure.code === "EPIPE" || failure.code === "ECONNRESET");
}
