import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readManifestText } from "../../packages/manifest.ts";
import type { InstalledFlow } from "../../packages/read-package.ts";
import { messageOf } from "../../values.ts";
import { type FlowInputs, flowWithValues } from "./flow-with-values.ts";

/**
 * Copies a flow into `folder`, with values for its nodes in its manifest. All else of its package is linked, so that it finds what
 * it refers to.
 */
export async function copyFlow(
  { manifestFile, packageDirectory }: Pick<InstalledFlow, "manifestFile" | "packageDirectory">,
  inputs: FlowInputs,
  folder: string,
): Promise<{ manifestFile: string; packageDirectory: string }> {
  const manifest = await readManifestText(manifestFile).catch((error: unknown) => {
    throw new Error(`The manifest of the flow cannot be read: ${messageOf(error)}`);
  });
  const copy = join(folder, basename(packageDirectory));
  const copied = await linkAround(manifestFile, copy);
  await writeFile(copied, flowWithValues(manifest, inputs), { mode: 0o600 });
  return { manifestFile: copied, packageDirectory: copy };
}

/** Of a package the engine sees `PACKAGE/KIND/NAME/FILE`: three folders are around the file (oocana-protocol 7.1). */
async function linkAround(file: string, copy: string, levels = 3): Promise<string> {
  if (levels === 0) return copy;
  const folder = dirname(file);
  const place = await linkAround(folder, copy, levels - 1);
  await mkdir(place, { recursive: true });
  const others = (await readdir(folder)).filter((name) => name !== basename(file));
  for (const name of others) await symlink(join(folder, name), join(place, name));
  return join(place, basename(file));
}
