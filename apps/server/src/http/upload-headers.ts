import type { Context, HonoRequest } from "hono";
import { Refusal } from "../refusal.ts";

export const tusVersion = "1.0.0";

/** What pages of other origins may read of the answers. */
export const tusHeaders = [
  "Location",
  "Tus-Resumable",
  "Tus-Version",
  "Tus-Extension",
  "Tus-Max-Size",
  "Tus-Checksum-Algorithm",
  "Upload-Offset",
  "Upload-Length",
  "Upload-Defer-Length",
  "Upload-Metadata",
  "Upload-Expires",
];

/** Refuses another version of the protocol than ours, which every answer names. */
export function requireTus(context: Context): void {
  context.header("Tus-Resumable", tusVersion);
  const asked = context.req.header("Tus-Resumable");
  if (asked === tusVersion) return;
  context.header("Tus-Version", tusVersion);
  throw new Refusal(412, `Uploads here speak tus ${tusVersion} (Tus-Resumable), not ${asked ?? "nothing"}.`);
}

export function offsetOf(request: HonoRequest): number {
  const offset = numberOf(request, "Upload-Offset");
  if (offset === undefined) throw new Refusal(400, "A piece of an upload needs its Upload-Offset.");
  return offset;
}

export const lengthOf = (request: HonoRequest): number | undefined => numberOf(request, "Upload-Length");

export function isDeferred(request: HonoRequest): boolean {
  const given = request.header("Upload-Defer-Length");
  if (given === undefined || given === "1") return given === "1";
  throw new Refusal(400, "Upload-Defer-Length takes 1.");
}

function numberOf(request: HonoRequest, name: string): number | undefined {
  const text = request.header(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new Refusal(400, `${name} takes a whole number of bytes.`);
}
