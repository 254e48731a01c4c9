import { execFileSync } from "node:child_process";
import { MissingProgram } from "./missing-program.ts";

/** Who runs a program that refuses to run as root; nobody else if this process is not. */
export function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (user: string, flag: string) => Number(execFileSync("id", [flag, user], { stdio: "pipe" }));
  for (const user of ["postgres", "nobody"]) {
    try {
      return { uid: idOf(user, "-u"), gid: idOf(user, "-g") };
    } catch {
      // The next one.
    }
  }
  throw new MissingProgram(
    "PostgreSQL and pgbouncer refuse to run as root, and there is no user postgres or nobody to run them as.",
  );
}
