import { once } from "node:events";
import { createServer } from "node:net";

/** Not the server's own, so that `dev` runs beside `serve`; the same each time, so that an open page finds it again. */
const usualPort = 3030;

/** The port that was asked for, whatever its state, otherwise the usual one, or 0 (any) while somebody else has that. */
export async function choosePort(wanted: number | undefined): Promise<number> {
  return wanted ?? ((await isFree(usualPort)) ? usualPort : 0);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
