import { execFile } from "node:child_process";
import { arch, cpus, loadavg, platform, totalmem } from "node:os";
import { promisify } from "node:util";

/** Machine and versions, as sentences. */
export async function describeMachine(): Promise<string> {
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, ${memoryGib} GiB, ${platform()} ${arch()}`;
  const programs = await Promise.all([
    firstLine("curl", ["--version"], /^curl [\d.]+/),
    firstLine("mosquitto", ["-h"], /mosquitto version [\d.]+/),
    firstLine("git", ["rev-parse", "--short", "HEAD"], /^[\da-f]+/),
  ]);
  const [curl, mosquitto, commit] = programs;
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  return `${date} UTC, commit ${commit}. ${machine}. Node.js ${process.version}, undici ${process.versions.undici} (inside Node), ${curl}, ${mosquitto}.`;
}

/** What else the machine was doing. */
export function describeLoad(): string {
  return `load average ${loadavg()[0]?.toFixed(1)} on ${cpus().length} CPUs when it ended`;
}

async function firstLine(program: string, args: string[], wanted: RegExp): Promise<string> {
  // Debian keeps brokers where only root looks; some programs answer questions with exit code 1 or 3.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const { stdout } = await promisify(execFile)(program, args, { env }).catch((failure) => failure);
  return wanted.exec(String(stdout))?.[0] ?? `no ${program}`;
}
