import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The requests of a connection. */
interface Line {
  isServing: boolean;
  readonly waiting: [IncomingMessage, ServerResponse][];
}

/** A connection with fewer that wait is read on, which is how the server hears that its client has gone. */
const mostWaiting = 16;

/**
 * The same listener, for one request of a connection at a time, each in a turn of its own. A client may write thousands at once
 * (RFC 9112, section 9.3.2), and Node.js hands over all of a chunk in one turn, in which nobody else would be served. They are
 * answered in order anyway; while many wait, nothing more is read of their connection.
 */
export function oneAtATime(serve: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>();

  const lineOf = (socket: Socket): Line => {
    const known = lines.get(socket);
    if (known) return known;
    const line: Line = { isServing: false, waiting: [] };
    lines.set(socket, line);
    // Node.js reads on for the body of each request that is done with, although it has all of it.
    socket.on("resume", () => {
      if (line.waiting.length >= mostWaiting) socket.pause();
    });
    socket.once("close", () => line.waiting.splice(0));
    return line;
  };

  const begin = (line: Line, request: IncomingMessage, response: ServerResponse) => {
    line.isServing = true;
    response.once("close", () => {
      if (line.waiting.length > 0) setImmediate(goOn, line);
      else line.isServing = false;
    });
    serve(request, response);
  };

  const goOn = (line: Line) => {
    const next = line.waiting.shift();
    if (next === undefined) return; // the client is gone
    if (line.waiting.length === mostWaiting - 1) next[0].socket.resume();
    begin(line, ...next);
  };

  return (request, response) => {
    const { socket } = request;
    const line = lineOf(socket);
    if (!line.isServing) return begin(line, request, response);
    line.waiting.push([request, response]);
    if (line.waiting.length >= mostWaiting) socket.pause();
  };
}
