import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Context } from "../context/context.ts";
import type { HandleSchemas } from "./handle-schemas.ts";
import { HandleValueError } from "./handle-value-error.ts";

/** The same context, with inputs after their schemas, and outputs that are checked before they are sent. */
export function checkedContext(
  context: Context,
  inputs: Record<string, unknown>,
  schemas: HandleSchemas,
): Context {
  const checked: Pick<Context, "inputs" | "output" | "outputs" | "finish"> = {
    inputs: Object.freeze(inputs),
    output(handle, value, target) {
      try {
        return context.output(handle, check(schemas, handle, value), target);
      } catch (error) {
        return context.error(error);
      }
    },
    outputs(values) {
      const fitting: [string, unknown][] = [];
      for (const [handle, value] of Object.entries(values)) {
        try {
          fitting.push([handle, check(schemas, handle, value)]);
        } catch (error) {
          void context.error(error);
        }
      }
      return context.outputs(Object.fromEntries(fitting));
    },
    finish(ending) {
      if (ending?.result === undefined || (ending.error ?? undefined) !== undefined)
        return context.finish(ending);
      try {
        const entries = Object.entries(ending.result);
        const result = entries.map(([handle, value]) => [handle, check(schemas, handle, value)]);
        return context.finish({ result: Object.fromEntries(result) });
      } catch (error) {
        return context.finish({ error });
      }
    },
  };
  // Getters warn when they are read, so they are copied without being read.
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(context), ...Object.getOwnPropertyDescriptors(checked) },
  ) as Context;
}

/** Synchronous: a message that waited for its check would lose its place. */
function check(schemas: HandleSchemas, handle: string, value: unknown): unknown {
  const schema = Object.hasOwn(schemas, handle) ? schemas[handle] : undefined;
  if (schema === undefined) return value;
  const result: StandardSchemaV1.Result<unknown> | Promise<unknown> = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    throw new TypeError(`Output [${handle}] has an asynchronous schema, which cannot be checked in order.`);
  }
  if (result.issues !== undefined) {
    throw new HandleValueError("output", [{ handle, value, issues: result.issues }]);
  }
  return result.value;
}
