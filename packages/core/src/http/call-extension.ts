import { ApiError, UnsupportedError } from "../errors/index.ts";
import type { DataOf, ExtensionName, Schema } from "../wire/index.ts";
import type { Http } from "./http.ts";
import type { HttpCall } from "./http-call.ts";

/**
 * Calls what only servers with an extension answer (connect-api 6). Before the first answer of a server that is not known: one that
 * lacks it answers 404.
 *
 * @throws {@link UnsupportedError} saying that the server "gives no status", for instance.
 */
export async function callExtension<Checked extends Schema>(
  http: Http,
  name: ExtensionName,
  lack: string,
  call: HttpCall<Checked>,
): Promise<DataOf<Checked>> {
  const { extensions } = http;
  if (extensions.size > 0 && !extensions.has(name)) throw new UnsupportedError(name, lack);
  try {
    return (await http.call(call)).data;
  } catch (failure) {
    const isUnknown = failure instanceof ApiError && failure.status === 404 && !extensions.has(name);
    throw isUnknown ? new UnsupportedError(name, lack) : failure;
  }
}
