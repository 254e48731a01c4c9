import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import type { Socket } from "node:net";
import { promisify } from "node:util";

/**
 * Which of the processes is at the other end of a connection over loopback; undefined if none of them is, or if the system
 * does not tell. Executors that are not ours know no password, and what stands on a command line is no secret: that the
 * kernel says who they are is what they are known by.
 */
export async function peerProcess(socket: Socket, candidates: () => number[]): Promise<number | undefined> {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  // Another address of loopback may have the port of an executor, which names that one's connection then.
  if (remoteAddress !== loopback || localAddress !== loopback) return undefined;
  if (remotePort === undefined || localPort === undefined) return undefined;
  if (process.platform !== "linux") {
    const owners = new Set(await listOwners(remotePort, localPort).catch(() => []));
    return candidates().find((pid) => owners.has(pid));
  }
  const inode = await inodeOf(remotePort, localPort);
  if (inode === undefined) return undefined;
  for (const pid of candidates()) if (await holds(pid, inode)) return pid;
  return undefined;
}

const loopback = "127.0.0.1";

/** Of the peer's end: `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`. */
async function inodeOf(remotePort: number, localPort: number): Promise<string | undefined> {
  const table = await readFile("/proc/net/tcp", "latin1").catch(() => "");
  const end = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const ends = ` ${end(remotePort)} ${end(localPort)} `;
  const line = table.split("\n").find((one) => one.includes(ends));
  return line?.trim().split(/\s+/)[9];
}

async function holds(pid: number, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // It, or one of its files, may be gone meanwhile.
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return targets.includes(`socket:[${inode}]`);
}

const run = promisify(execFile);

/** Of the peer's end, as macOS and Windows tell it. */
async function listOwners(remotePort: number, localPort: number): Promise<number[]> {
  const [peer, own] = [`${loopback}:${remotePort}`, `${loopback}:${localPort}`];
  if (process.platform !== "win32") {
    const ofPeer = ["-nP", `-iTCP@${loopback}:${remotePort}`, "-sTCP:ESTABLISHED", "-Fpn"];
    return ownersIn((await run("lsof", ofPeer)).stdout, `n${peer}->${own}`);
  }
  const { stdout } = await run("netstat", ["-ano", "-p", "TCP"]);
  const lines = stdout.split(/\r?\n/).map((line) => line.trim().split(/\s+/));
  return lines.flatMap(([, one, other, , pid]) => (one === peer && other === own ? [Number(pid)] : []));
}

/** The processes in a list of `lsof -F`, whose lines begin with the kind of what they tell, that have a file of this name. */
export function ownersIn(list: string, name: string): number[] {
  const owners: number[] = [];
  let pid = Number.NaN;
  for (const line of list.split("\n")) {
    if (line.startsWith("p")) pid = Number(line.slice(1));
    else if (line === name) owners.push(pid);
  }
  return owners;
}
