// One bench in a process of its own, so that none warms or fills the next one's: sends its measurement to the parent.
import { pathToFileURL } from "node:url";
import type { Measure } from "./helpers/measure.ts";

const { measure } = (await import(pathToFileURL(process.argv[2] ?? "").href)) as { measure: Measure };
const measurement = await measure();
process.send?.(measurement, () => process.exit());
