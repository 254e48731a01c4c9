import type { Compilable, CompiledQuery } from "kysely";

/**
 * A query that is built once, and then asked with other values: building one takes longer than SQLite needs to run it.
 * `build` gets a mark for each of its parameters, and must bind it as it is.
 */
export function compileOnce<Values extends readonly unknown[], Row>(
  build: (...values: Values) => Compilable<Row>,
): (...values: Values) => CompiledQuery<Row> {
  let compiled: CompiledQuery<Row> | undefined;
  let places: number[] = [];
  return (...values) => {
    if (compiled === undefined) {
      const marks = values.map((_, index) => `\0value ${index}`);
      // A mark stands for a value of any type: it is bound, and never looked at.
      compiled = build(...(marks as unknown as Values)).compile();
      places = compiled.parameters.map((parameter) => marks.indexOf(parameter as string));
    }
    const { parameters: fixed } = compiled;
    const parameters = fixed.map((value, index) => {
      const place = places[index] as number;
      return place === -1 ? value : values[place];
    });
    return { ...compiled, parameters };
  };
}
