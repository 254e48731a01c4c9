import { createHash } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";

interface Inputs {
  token: string;
  lines: number;
  ledger: string;
  file: string | null;
}

interface Context {
  reportProgress(percent: number): void;
}

export default async ({ token, lines, ledger, file }: Inputs, context: Context) => {
  await appendFile(ledger, `${token}\n`);
  for (let line = 0; line < lines; line += 1) {
    console.log(`${token} ${line}`);
    context.reportProgress((100 * line) / lines);
    if (line % 5 === 4) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const sha256 =
    file === null
      ? null
      : createHash("sha256")
          .update(await readFile(file))
          .digest("hex");
  return { token, sha256 };
};
