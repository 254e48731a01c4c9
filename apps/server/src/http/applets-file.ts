import { stat } from "node:fs/promises";
import { z } from "zod";
import { parseExactYaml } from "../packages/exact-yaml.ts";
import { readSmallFile } from "../packages/read-small-file.ts";
import { messageOf } from "../values.ts";

/** What `listApplets` answers; the file may leave out some. */
export const appletSchema = z.looseObject({
  appletId: z.string(),
  userId: z.string().optional(),
  data: z.looseObject({
    packageId: z.string(),
    blockName: z.string(),
    presetInputs: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** An applet as its file has it; what is left out is filled in. */
type Applet = z.infer<typeof appletSchema>;

/** Applets kept in a JSON or YAML file, a list of them. */
export interface AppletsFile {
  /** What the file says now; throws an error that names the file and what is wrong with it. */
  list(): Promise<Applet[]>;
}

const mostBytes = 16 * 2 ** 20;

/** Reads the file when it is first asked for and whenever it has changed; without a file there are no applets. */
export function createAppletsFile(file: string | undefined): AppletsFile {
  let known: { stamp: string; applets: Applet[] } | undefined;
  return {
    async list() {
      if (file === undefined) return [];
      try {
        const { mtimeMs, size, ino } = await stat(file);
        const stamp = `${mtimeMs}:${size}:${ino}`;
        if (known?.stamp !== stamp) {
          known = { stamp, applets: parseApplets(await readSmallFile(file, mostBytes), Math.round(mtimeMs)) };
        }
        return known.applets;
      } catch (error) {
        throw new Error(`The applets in ${file} cannot be used: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

function parseApplets(text: string, writtenAtMs: number): Applet[] {
  const { value, inexact } = parseExactYaml(text); // JSON is YAML
  if (inexact[0] !== undefined) throw new Error(`${inexact[0]}.`);
  const checked = z.array(appletSchema).safeParse(value ?? []);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new Error(`${issue?.path.join(".") || "the file"}: ${issue?.message ?? "not valid"}.`);
  }
  const times = { createdAt: writtenAtMs, updatedAt: writtenAtMs };
  return checked.data.map((applet) => ({
    userId: "local",
    ...times,
    ...applet,
    data: { id: applet.appletId, createdAt: writtenAtMs, ...applet.data },
  }));
}
