import { pipeline, type Readable, type Transform } from "node:stream";
import { TransportError } from "@oomol/connect-core";

type Zlib = typeof import("node:zlib");

const decoders: Record<string, (zlib: Zlib) => Transform> = {
  gzip: (zlib) => zlib.createGunzip(),
  "x-gzip": (zlib) => zlib.createGunzip(),
  deflate: (zlib) => zlib.createInflate(),
  br: (zlib) => zlib.createBrotliDecompress(),
  // Missing in Node before 22.15, whatever its types say.
  ...(process.versions.zstd === undefined ? {} : { zstd: (zlib) => zlib.createZstdDecompress() }),
};

/**
 * The body as it was before a gateway compressed it (RFC 9110, 8.4). Throws a {@link TransportError} for a coding that this
 * runtime does not know, so that compressed bytes are never taken for the content.
 */
export async function decodeBody(body: Readable, contentEncoding = ""): Promise<Readable> {
  const codings = contentEncoding.split(",").map((coding) => coding.trim().toLowerCase());
  let decoded = body;
  for (const coding of codings.reverse()) {
    if (coding === "" || coding === "identity") continue;
    const decoder = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
    if (!decoder || codings.length > mostCodings) {
      body.destroy();
      const reason = `the answer has the Content-Encoding "${contentEncoding}", which this runtime cannot decode`;
      throw new TransportError(reason, { isUnsent: false });
    }
    // Whoever reads the result hears of a failure.
    decoded = pipeline(decoded, decoder(await import("node:zlib")), () => undefined);
  }
  return decoded;
}

/** Each costs memory and time. */
const mostCodings = 3;
