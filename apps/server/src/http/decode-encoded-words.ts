/**
 * A file's name in which libraries of mail have written what is not ASCII as `=?utf-8?B?…?=` (RFC 2047). Most of them write it once
 * more, as `filename*`, which then counts.
 */
export function decodeEncodedWords(name: string): string {
  const words = name.replace(/\?=\s+=\?/g, "?==?"); // what separates two of them is not part of the name
  return words.replace(/=\?utf-8\?([bq])\?([^?\s]*)\?=/gi, (_word, kind: string, text: string) =>
    (/b/i.test(kind) ? Buffer.from(text, "base64") : fromQuoted(text)).toString(),
  );
}

function fromQuoted(text: string): Buffer {
  const bytes = text
    .replaceAll("_", " ")
    .replace(/=([0-9a-f]{2})/gi, (_code, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1");
}
