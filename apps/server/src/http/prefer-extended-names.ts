import type { EventEmitter } from "node:events";
import type { BusboyInstance } from "@fastify/busboy";

/** What the parser keeps to itself: it tells of each part before its headers are read. */
interface PartsWithin {
  _parser: { parser: EventEmitter };
}

type Headers = Record<string, string[] | undefined>;

/**
 * Makes a parser of forms take the name that `filename*` gives to a file before the one of `filename`, which stands beside it for
 * those who do not know it (RFC 6266, 4.3). Forms should not have it (RFC 7578, 4.2), but libraries of mail and .NET write it.
 */
export function preferExtendedNames(parser: BusboyInstance): void {
  // Cast: its types leave that out, and its events tell no headers.
  const { parser: parts } = (parser as unknown as PartsWithin)._parser;
  parts.prependListener("part", (part: EventEmitter) => {
    part.on("header", (headers: Headers) => {
      const [disposition] = headers["content-disposition"] ?? [];
      if (disposition?.includes("*")) headers["content-disposition"] = [withExtendedName(disposition)];
    });
  });
}

/** A `Content-Disposition` whose `filename` is what its `filename*` says; as it was if there is none that can be read. */
function withExtendedName(disposition: string): string {
  const [type = "", rest = ""] = split(disposition);
  const parameters = [...rest.matchAll(parameter)];
  if (parameters.map(([whole]) => whole).join("") !== rest) return disposition;
  const named = (name: string) => parameters.filter(([, key]) => key?.toLowerCase() === name);
  const [extended, another] = named("filename*");
  const name = another ? undefined : readExtended(extended?.[2] ?? "");
  if (name === undefined) return disposition;
  const others = parameters.filter(([, key]) => !/^filename\*?$/i.test(key ?? "")).map(([whole]) => whole);
  return `${type}${others.join("")}; filename="${quoted(name)}"`;
}

function split(disposition: string): [string, string] {
  const end = disposition.indexOf(";");
  return end < 0 ? [disposition, ""] : [disposition.slice(0, end), disposition.slice(end)];
}

const parameter = /;[ \t]*([^\s;="]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s;"]*)[ \t]*/gy;

/** RFC 8187, 3.2.1; quotes around it are not part of it, but some write them. */
const extendedValue = /^("?)(utf-8|iso-8859-1)'[\w-]*'((?:[\w!#$&+.^`|~-]|%[\da-f]{2})+)\1$/i;

function readExtended(value: string): string | undefined {
  const [, , charset, text] = extendedValue.exec(value) ?? [];
  if (charset === undefined || text === undefined) return undefined;
  const bytes = Buffer.from(
    text.replace(/%(..)/g, (_code, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // not of that charset
  }
}

/** As the parser reads it: bytes of UTF-8, a character each. It would leave out a part with a line break in its name. */
function quoted(name: string): string {
  return Buffer.from(name.replaceAll(/\p{Cc}/gu, "_").replaceAll(/["\\]/g, "\\$&")).toString("latin1");
}
