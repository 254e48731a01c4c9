// repeat.ts
import { defineBlock } from "@oomol/scriptlet";
import { z } from "zod";

export default defineBlock({
  inputs: {
    text: z.string().describe("What to repeat"),
    times: z.int().min(1).default(2),
    apiKey: z.string().meta({ contentMediaType: "oomol/secret" }).optional(),
  },
  outputs: { repeated: z.string().max(100) },
  async run({ text, times }, context) {
    await context.reportProgress(50);
    return { repeated: text.repeat(times) };
  },
});
