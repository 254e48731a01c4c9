/**
 * What the `json_schema` of a handle says, in one form that every validator and every writer of types reads alike. Private: the
 * builds of core, the server, the command and the playground contain it.
 *
 * @module
 */
export { inputsSchema, outputsSchema } from "./block-schemas.ts";
export { type FileInput, fileInputOf } from "./file-input.ts";
export { isMultipleOf } from "./is-multiple-of.ts";
export type { JsonSchema } from "./json-schema.ts";
export { type PatternPart, patternParts } from "./pattern-parts.ts";
export { portableSchema } from "./portable-schema.ts";
export { type HandleSchema, type ReadOptions, readSchema, type UnusableSchema } from "./read-schema.ts";
export { standalone } from "./standalone.ts";
export { readToolArguments } from "./tool-arguments.ts";
export { type JsonType, namedTypesOfSchema, typeOfJson, typesOfSchema } from "./types-of-schema.ts";
