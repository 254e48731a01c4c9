import { lchown, lstat } from "node:fs/promises";

/** Takes back a folder that was handed to the user of executors (`--run-as`): later ones cannot go into it. */
export async function reclaim(folder: string): Promise<void> {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  if (uid !== 0 || gid === undefined) return;
  const found = await lstat(folder).catch(() => undefined);
  if (found && found.uid !== uid) await lchown(folder, uid, gid);
}
