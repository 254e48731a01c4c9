import { type Handling, passJson } from "./handling.ts";
import { Refusal } from "./refusal.ts";
import { readJsonRequest } from "./task-request.ts";
import { callUpstream } from "./upstream.ts";

/** Installs a package, if the caller may. */
export async function installPackage(handling: Handling): Promise<Response> {
  const { request, options, call } = handling;
  const asked = await readJsonRequest(request, options);
  const name: unknown = Reflect.get(asked, "name");
  const version: unknown = Reflect.get(asked, "version");
  if (typeof name !== "string" || typeof version !== "string")
    throw new Refusal(400, 'An installation names a package: { "name": "my-package", "version": "1.2.3" }.');
  await handling.authorize({ name: "packages.install", packageName: name, version });
  const headers = { ...call.headers, "content-type": "application/json" };
  const body = JSON.stringify({ name, version });
  return callUpstream(options, request, { ...call, headers, body }, (response) =>
    passJson(handling, response),
  );
}
