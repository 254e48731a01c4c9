import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Files that look like more than they are, and one that is large. */
export default async function (_inputs, context) {
  const script = "<script>document.title = 1</script>";
  const files = {
    "a.txt": "mine",
    "page.html": script,
    "picture.svg": `<svg>${script}</svg>`,
    "code.js": "1",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(context.sessionDir, name), text);
  await writeFile(join(context.sessionDir, "large.bin"), Buffer.alloc(100_000_000));
}
