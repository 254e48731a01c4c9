import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, parse, sep } from "node:path";
import type { ExecutorCommand } from "./find-executor.ts";

/** What a sandboxed executor may see besides the system's own programs and libraries. */
export interface SandboxView {
  readable: readonly string[];
  writable: readonly string[];
  /** Where it starts; one of them. */
  workingDirectory: string;
  hasNetwork: boolean;
}

const systemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store"];
/** What programs need to find libraries, names of users and of hosts, certificates and the time zone; no more of `/etc`. */
const systemFiles = [
  ...["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "timezone", "mime.types"],
  ...["passwd", "group", "nsswitch.conf", "hosts", "host.conf", "resolv.conf", "services", "protocols"],
  ...["ssl", "pki", "ca-certificates", "ca-certificates.conf", "fonts"],
].map((name) => join("/etc", name));

/** The arguments of `bwrap` that come before the program's own. */
export function sandboxArguments({
  readable,
  writable,
  workingDirectory,
  hasNetwork,
}: SandboxView): string[] {
  const bind = (kind: string) => (path: string) => [kind, path, path];
  return [
    ...["--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    // Root needs no namespace of users, and one that is not root has no other way.
    ...(process.getuid?.() === 0 ? ["--cap-drop", "ALL"] : []),
    ...(hasNetwork ? [] : ["--unshare-net"]),
    ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/run"],
    ...[...systemFolders, ...systemFiles].flatMap(bind("--ro-bind-try")),
    ...resolverFiles().flatMap(bind("--ro-bind-try")),
    ...readable.flatMap(bind("--ro-bind")),
    ...writable.flatMap(bind("--bind")),
    ...["--chdir", workingDirectory, "--"],
  ];
}

/** `/etc/resolv.conf` is often a link into `/run`. */
function resolverFiles(): string[] {
  try {
    const file = realpathSync("/etc/resolv.conf");
    return file.startsWith("/etc/") ? [] : [file];
  } catch {
    return [];
  }
}

/**
 * What a program needs of its own: itself, the modules that it can import, and the folder that it was installed into, if the
 * system did not install it. Throws if that would be a home folder as a whole.
 */
export function runtimeOf({ file, args }: ExecutorCommand): string[] {
  const program = realpathSync(file);
  const scripts = args
    .filter((argument) => argument.startsWith("/") && existsSync(argument))
    .map((path) => realpathSync(path));
  if (scripts.length > 0) {
    const folders = scripts.flatMap((script) => [
      packageOf(script),
      ...modulesAbove(script),
      ...packagesLinkedTo(packageOf(script)),
    ]);
    return [program, ...folders].filter(isNoSystemFile);
  }
  const folder = dirname(dirname(program));
  if (isNoSystemFile(program) && [homedir(), parse(folder).root].includes(folder)) {
    throw new Error(
      `The executor ${file} cannot run in a sandbox: it would see all of ${folder}. Install it into a folder of its own.`,
    );
  }
  return [folder].filter(isNoSystemFile);
}

/** Every folder in which modules of a file are looked for. */
export function modulesAbove(path: string): string[] {
  const parent = dirname(path);
  const modules = join(path, "node_modules");
  const above = parent === path ? [] : modulesAbove(parent);
  return existsSync(modules) ? [realpathSync(modules), ...above] : above;
}

/** Packages of the same workspace. Those of a block's package are not followed: its author may link to anything. */
function packagesLinkedTo(folder: string): string[] {
  const modules = join(folder, "node_modules");
  const names = listFolder(modules).flatMap((name) =>
    name.startsWith("@") ? listFolder(join(modules, name)).map((inner) => join(name, inner)) : [name],
  );
  const present = names.map((name) => join(modules, name)).filter((path) => existsSync(path));
  const targets = present.map((path) => realpathSync(path));
  return targets.filter((target) => !target.split(sep).includes("node_modules"));
}

function listFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith(".")) : [];
}

/** The folder of the nearest `package.json`. */
function packageOf(path: string): string {
  const folder = dirname(path);
  return folder === path || existsSync(join(folder, "package.json")) ? folder : packageOf(folder);
}

function isNoSystemFile(path: string): boolean {
  return !systemFolders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}
