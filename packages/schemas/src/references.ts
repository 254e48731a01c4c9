import { isRecord, SchemaError } from "./json-schema.ts";
import { subschemasOf } from "./subschemas.ts";

/** A schema with an address of its own, and what can be named inside of it. */
interface Resource {
  root: unknown;
  address: string;
  anchors: Map<string, unknown>;
}

/** Finds what `$ref` names inside of one document; nothing outside of it is ever read. */
export interface References {
  /** What a reference in `schema` stands for. Throws a {@link SchemaError} if the document has no such part. */
  resolve(schema: object, reference: string): unknown;
}

export function indexReferences(document: unknown): References {
  const resources = new Map<string, Resource>();
  const owners = new Map<object, Resource>();

  const open = (root: unknown, address: string): Resource => {
    const resource = { root, address, anchors: new Map<string, unknown>() };
    resources.set(address, resource);
    return resource;
  };
  const visit = (schema: unknown, outer: Resource) => {
    if (!isRecord(schema)) return;
    const { $id, $anchor, $dynamicAnchor } = schema;
    const address = typeof $id === "string" && !$id.startsWith("#") ? addressOf($id, outer) : undefined;
    const owner = address === undefined || address === outer.address ? outer : open(schema, address);
    owners.set(schema, owner);
    // Before 2019 an anchor was an `$id` that begins with `#`.
    const anchors = [$anchor, $dynamicAnchor, typeof $id === "string" && $id.startsWith("#") && $id.slice(1)];
    for (const anchor of anchors) if (typeof anchor === "string") owner.anchors.set(anchor, schema);
    for (const inner of subschemasOf(schema)) visit(inner, owner);
  };
  const { $id } = isRecord(document) ? document : {};
  const whole = open(document, typeof $id === "string" ? addressOf($id, undefined) : unnamed);
  visit(document, whole);

  return {
    resolve(schema, reference) {
      const owner = owners.get(schema) ?? whole;
      const [address = "", fragment = ""] = reference.split("#", 2);
      const resource = address === "" ? owner : resources.get(addressOf(address, owner));
      const target = resource && partOf(resource, fragment);
      if (target !== undefined) return target;
      throw new SchemaError(
        `it refers to ${JSON.stringify(reference.slice(0, 100))}, which it does not contain`,
      );
    },
  };
}

const unnamed = "schema:/";

function addressOf(reference: string, base: Resource | undefined): string {
  const address = URL.parse(reference.replace(/#.*$/s, ""), base?.address ?? unnamed);
  return address?.href ?? reference;
}

function partOf({ root, anchors }: Resource, fragment: string): unknown {
  if (fragment === "") return root;
  if (!fragment.startsWith("/")) return anchors.get(fragment);
  let part = root;
  for (const token of decode(fragment).split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, key)) return undefined;
    part = Reflect.get(part, key);
  }
  return part;
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
