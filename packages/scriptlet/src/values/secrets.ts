import type { BlockInputs, HandleSchema } from "../wire/messages.ts";
import { createPatchTree, type PatchNode } from "./patches.ts";
import type { ResolveContext, Secrets } from "./value-stores.ts";

const template = /^\$\{\{OO_SECRET:([^,]+),([^,]+),([^,]+)\}\}$/;
const bare = /^([^,]+),([^,]+),([^,]+)$/;

/**
 * Puts secrets in place of their references (oocana-protocol 3.4, 3.7). Each string is looked up at most once, so a secret
 * that looks like a reference stays as it is; neither secrets nor references ever reach a message.
 */
export function createSecretResolver(message: BlockInputs, context: ResolveContext) {
  let loading: Promise<Secrets | undefined> | undefined;
  return {
    async resolve(handle: string, value: unknown, schema: HandleSchema | undefined): Promise<unknown> {
      const patches = message.inputs_def_patch ?? {};
      const tree = createPatchTree(Object.hasOwn(patches, handle) ? patches[handle] : undefined);
      if (!mayHoldSecret(value, schema, tree)) return value;
      loading ??= context.stores.readSecrets();
      const secrets = await loading;
      if (secrets === undefined) {
        context.warn(
          `Input [${handle}] refers to a secret, but there is no file of secrets; it stays as it is.`,
        );
        return value;
      }
      return replace(value, schema, tree, (parts) => lookUp(secrets, parts, handle, context));
    },
  };
}

type LookUp = (parts: RegExpExecArray) => string | undefined;

function replace(
  value: unknown,
  schema: HandleSchema | undefined,
  patch: PatchNode | undefined,
  find: LookUp,
): unknown {
  if (typeof value === "string") {
    const parts = template.exec(value) ?? (isSecret(schema) || patch?.isSecret ? bare.exec(value) : null);
    return parts === null ? value : (find(parts) ?? value);
  }
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      replace(item, itemSchema(schema, index), patch?.children.get(String(index)), find),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    replace(item, propertySchema(schema, key), patch?.children.get(key), find),
  ]);
  return Object.fromEntries(entries);
}

function mayHoldSecret(
  value: unknown,
  schema: HandleSchema | undefined,
  patch: PatchNode | undefined,
): boolean {
  let isFound = false;
  replace(value, schema, patch, () => {
    isFound = true;
    return undefined;
  });
  return isFound;
}

function lookUp(
  secrets: Secrets,
  parts: RegExpExecArray,
  handle: string,
  { warn }: ResolveContext,
): string | undefined {
  const [, type = "", name = "", key = ""] = parts;
  const entry = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  const value = entry?.secrets?.find(({ secretKey }) => secretKey === key)?.value;
  if (value === undefined)
    warn(`Input [${handle}] refers to a secret that does not exist; it stays as it is.`);
  else if (entry?.secretType !== type)
    warn(`Input [${handle}] refers to a secret of another type; it is used nevertheless.`);
  return value;
}

function isSecret(schema: HandleSchema | undefined): boolean {
  return schema?.type === "string" && schema.contentMediaType === "oomol/secret";
}

function itemSchema(schema: HandleSchema | undefined, index: number): HandleSchema | undefined {
  const items = schema?.items;
  return Array.isArray(items) ? items[index] : items;
}

function propertySchema(schema: HandleSchema | undefined, key: string): HandleSchema | undefined {
  const properties = schema?.properties;
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
