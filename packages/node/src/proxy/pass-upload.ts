import { SilenceTimer } from "@oomol/connect-core/adapter";
import type { Handling } from "./handling.ts";
import { answerHeaders } from "./pass-answer.ts";
import { Refusal } from "./refusal.ts";
import { callUpstream } from "./upstream.ts";

/** What tus says in headers (connect-api 6.12); the bodies of its answers are empty. */
const passedWithUploads = ["tus-resumable", "upload-expires", "upload-length", "upload-offset"];

/** Creates an upload of a size that is known: what a file may have at most is checked before its first byte. */
export async function startUpload(handling: Handling): Promise<Response> {
  const { request, options } = handling;
  const given = request.headers.get("upload-length") ?? "";
  if (!/^\d{1,15}$/.test(given)) throw new Refusal(400, "An upload is created with its Upload-Length here.");
  const sizeBytes = Number(given);
  await handling.authorize({ name: "uploads.start", sizeBytes });
  if (sizeBytes > options.maxUploadBytes) {
    const limit = `${options.maxUploadBytes} bytes that this proxy accepts`;
    throw new Refusal(413, `The file has more than the ${limit}.`);
  }
  return passUpload(handling);
}

/** Passes bytes on as they come: what arrived before a break is the server's. */
export function passUpload({ request, route, options, call }: Handling): Promise<Response> {
  const timer = new SilenceTimer();
  const isPatch = route.method === "PATCH";
  const body = isPatch && request.body ? { body: windingUp(request.body, timer) } : {};
  return callUpstream(
    options,
    request,
    { ...call, ...body },
    async (response) => {
      await response.body?.cancel();
      return new Response(null, { status: response.status, headers: headersOf(response, options.basePath) });
    },
    timer,
  );
}

/** `Location` is below the mount path, whatever the server's own is. */
function headersOf(response: Response, basePath: string): Headers {
  const headers = answerHeaders(response);
  for (const name of passedWithUploads) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const id = /([\w-]{1,200})\/*$/.exec(response.headers.get("location") ?? "")?.[1];
  if (id !== undefined) headers.set("location", `${basePath}/v1/uploads/${id}`);
  return headers;
}

/** The same bytes, each a sign of life. */
function windingUp(body: ReadableStream<Uint8Array>, timer: SilenceTimer): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        timer.windUp();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
