import { defineBlock } from "@oomol/scriptlet";
import { z } from "zod";

export default defineBlock({
  inputs: { text: z.string() },
  outputs: { loud: z.string() },
  run: ({ text }) => ({ loud: text.toUpperCase() }),
});
