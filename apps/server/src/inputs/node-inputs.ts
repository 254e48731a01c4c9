import type { nodeInputsSchema } from "@oomol/connect-core/wire";
import type { z } from "zod";

/** Inputs as they travel: a list of nodes, each with the values of its handles. */
export type NodeInputs = z.infer<typeof nodeInputsSchema>;
