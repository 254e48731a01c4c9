import { UnsupportedError } from "../errors/index.ts";
import type { ExtensionName } from "../wire/index.ts";
import type { Http } from "./http.ts";
import type { HttpCall } from "./http-call.ts";

/**
 * Makes sure that the server has announced an extension (connect-api 6). Before its first answer `ask` is sent, since any answer
 * tells.
 *
 * @throws {@link UnsupportedError} saying that the server "serves no files of tasks", for instance.
 */
export async function requireExtension(
  http: Http,
  name: ExtensionName,
  lack: string,
  ask: HttpCall,
): Promise<void> {
  if (http.extensions.size === 0) await http.call(ask);
  if (!http.extensions.has(name)) throw new UnsupportedError(name, lack);
}
