import { settingsFor } from "./settings.mjs";

export default settingsFor("core", [
  // Waiting and retries.
  "src/{wait,backoff,delay,deadline,http}.ts",
  // Inputs.
  "src/input-values.ts",
  // Errors, and what they are made of.
  "src/errors/*.ts",
  "src/{decode-answer,failure-chain,redact,task-result}.ts",
]);
