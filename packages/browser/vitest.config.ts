import { fileURLToPath } from "node:url";
import { defineProject } from "@oomol/tooling/define-project";

const chromiumSetup = fileURLToPath(import.meta.resolve("@oomol/test-helpers/chromium-setup"));

export default defineProject("browser", { globalSetup: [chromiumSetup] });
