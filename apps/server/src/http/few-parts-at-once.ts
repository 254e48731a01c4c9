import { Transform } from "node:stream";
import { setImmediate as breathe } from "node:timers/promises";

/** The same bytes; others have their turn after so many parts of a form, each of which makes a folder and opens a file. */
export function fewPartsAtOnce(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pass(this, chunk).then(() => done(), done);
    },
  });
}

const partsAtOnce = 16;
const delimiter = "\r\n--";

async function pass(stream: Transform, chunk: Buffer): Promise<void> {
  let start = 0;
  for (let end = endOfSome(chunk, 0); end !== -1; end = endOfSome(chunk, start)) {
    stream.push(chunk.subarray(start, end));
    start = end;
    await breathe();
    if (stream.destroyed) return; // the form is refused
  }
  stream.push(chunk.subarray(start));
}

/** Where so many more delimiters have begun; -1 if there are not so many. */
function endOfSome(chunk: Buffer, start: number): number {
  let at = start;
  for (let count = 0; count < partsAtOnce; count += 1) {
    at = chunk.indexOf(delimiter, at);
    if (at === -1) return -1;
    at += delimiter.length;
  }
  return at;
}
