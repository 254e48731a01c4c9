// A program that sends a file by an upload that resumes, and then creates a task with it. It prints what is to be stored of the upload,
// and at the end how many bytes have left and how much its memory grew. It may be killed at any time.
import {
  createUndiciTransport,
  OomolConnectClient,
  type StoredUpload,
  type Transport,
} from "@oomol/connect-node";

const [baseUrl = "", path = "", stored] = process.argv.slice(2);
let sentBytes = 0;
let mostRss = 0;

const own = createUndiciTransport();
const transport: Transport = {
  ...own,
  send: (request) => {
    let ofRequest = 0;
    const onBytesSent = (bytes: number) => {
      sentBytes += bytes - ofRequest;
      ofRequest = bytes;
      mostRss = Math.max(mostRss, process.memoryUsage.rss());
      request.onBytesSent?.(bytes);
    };
    return own.send({ ...request, onBytesSent });
  },
};

await using client = new OomolConnectClient({ baseUrl, transport, retry: { baseMs: 5, maxMs: 20 } });
const uploads = await client.uploads();
const startRss = process.memoryUsage.rss();
const upload =
  stored === undefined
    ? await uploads.start(path)
    : await uploads.resume(JSON.parse(stored) as StoredUpload, path);
console.log(JSON.stringify(upload));
await upload.completion();
await client.tasks.create({ blockId: "a::b", files: [upload] });
console.log(JSON.stringify({ sentBytes, growthBytes: mostRss - startRss }));
