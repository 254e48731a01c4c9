import { basename } from "node:path";
import type { InstalledFlow } from "../../packages/read-package.ts";
import { copyFlow } from "./copy-flow.ts";
import type { FlowInputs } from "./flow-with-values.ts";

/** Where the engine reads a flow, and what it is told beside. */
export interface PlacedFlow {
  manifestFile: string;
  packageDirectory: string;
  inputs: FlowInputs;
}

/**
 * A flow as it stands in its package; or, for one that the engine would not run so, a copy in `folder`: with the values that its
 * command line has no room for, and of a subflow that forwards previews without that, since there is nobody to forward them to and
 * the engine passes over such a one (oocana-protocol 10, 7.2).
 */
export async function placeFlow(
  flow: InstalledFlow,
  inputs: FlowInputs,
  folder: string,
): Promise<PlacedFlow> {
  const { manifestFile, packageDirectory } = flow;
  const isForwarding = flow.forwardsPreviews === true && basename(manifestFile).startsWith("subflow");
  if (!isForwarding && fitsCommandLine(inputs)) return { manifestFile, packageDirectory, inputs };
  return { ...(await copyFlow(flow, inputs, folder)), inputs: {} };
}

/** Linux allows 128 KiB for one argument, with a zero at its end; Windows 32,767 characters for all of them. */
const mostArgumentBytes = process.platform === "win32" ? 30_000 : 131_071;

/** They are two arguments at most; together they are larger than either. */
function fitsCommandLine(inputs: FlowInputs): boolean {
  return Buffer.byteLength(JSON.stringify(inputs)) <= mostArgumentBytes;
}
