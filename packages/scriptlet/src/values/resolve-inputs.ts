import type { BlockInputs, HandleDef } from "../wire/messages.ts";
import { readReference } from "./references.ts";
import { createSecretResolver } from "./secrets.ts";
import type { ResolveContext } from "./value-stores.ts";

/** The inputs as the block gets them: variables, files, secrets and credentials in place of their references (oocana-protocol 3). */
export async function resolveInputs(
  message: BlockInputs,
  context: ResolveContext,
): Promise<Record<string, unknown>> {
  const secrets = createSecretResolver(message, context);
  const resolved = Object.entries(message.inputs ?? {}).map(async ([handle, value]) => {
    const defs = message.inputs_def ?? {};
    const def = Object.hasOwn(defs, handle) ? defs[handle] : undefined;
    return [handle, await resolveInput(handle, value, def)] as const;
  });
  return Object.fromEntries(await Promise.all(resolved));

  async function resolveInput(handle: string, value: unknown, def: HandleDef | undefined): Promise<unknown> {
    const reference = readReference(value);
    if (reference?.kind === "oomol/var") return resolveVariable(handle, value, reference.key, context);
    if (reference?.kind === "oomol/bin") return resolveBinary(handle, value, reference.path, context);
    return asCredential(value, def) ?? secrets.resolve(handle, value, def?.json_schema);
  }
}

function resolveVariable(
  handle: string,
  raw: unknown,
  key: string,
  { stores, warn }: ResolveContext,
): unknown {
  const found = stores.variables.get(key);
  if (found !== undefined) return found.value;
  warn(`Input [${handle}] refers to a variable of another process; the block gets the reference itself.`);
  return raw;
}

async function resolveBinary(handle: string, raw: unknown, path: string, { stores, warn }: ResolveContext) {
  try {
    return await stores.files.readBinary(path);
  } catch {
    warn(
      `Input [${handle}] refers to the file ${path}, which cannot be read; the block gets the reference itself.`,
    );
    return raw;
  }
}

/** A pointer to a credential (oocana-protocol 3.5); malformed strings stay as they are. */
function asCredential(value: unknown, def: HandleDef | undefined) {
  const schema = def?.json_schema;
  if (schema?.type !== "string" || schema.contentMediaType !== "oomol/credential") return undefined;
  const match =
    typeof value === "string" ? /^\$\{\{OO_CREDENTIAL:([^,]+),([^,]+),([^,]+)\}\}$/.exec(value) : null;
  return match === null ? undefined : { type: match[1], name: match[2], id: match[3] };
}
