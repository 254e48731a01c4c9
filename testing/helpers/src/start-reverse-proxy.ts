import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createTemporaryFolder } from "./create-temporary-folder.ts";
import { findOrInstall } from "./find-or-install.ts";
import { freePort } from "./free-port.ts";

/** The web servers of others that stand before servers like ours. */
export type ReverseProxyKind = "nginx" | "caddy";

export interface ReverseProxyOptions {
  kind: ReverseProxyKind;
  /** Origin of the server behind it. */
  target: string;
  /** PEM files; with them it speaks HTTPS, and HTTP/2. */
  tls?: { certPath: string; keyPath: string };
  /** Further directives for its own configuration of the server. */
  directives?: string;
  /** What stands in its configuration instead of its own server, for a port of this machine. */
  site?: (port: number) => string;
}

export interface ReverseProxy extends AsyncDisposable {
  origin: string;
}

/** A real nginx or Caddy on a free port of this machine, with its own defaults and compression; gone at the end of the scope. */
export async function startReverseProxy(options: ReverseProxyOptions): Promise<ReverseProxy> {
  const { kind, tls } = options;
  const program = findOrInstall({
    names: [kind],
    wellKnown: [`/usr/sbin/${kind}`, `/opt/homebrew/bin/${kind}`],
    debianPackage: kind,
    advice: `These tests need ${kind}: install it (Debian: apt-get install ${kind}, macOS: brew install ${kind}).`,
  });
  const folder = await createTemporaryFolder();
  const port = await freePort();
  const config = join(folder.path, "config");
  await mkdir(join(folder.path, "temp"));
  const write = kind === "nginx" ? nginxConfig : caddyConfig;
  await writeFile(config, write(options, port, folder.path));
  const flags = kind === "nginx" ? ["-p", folder.path, "-c", config] : ["run", "--config", config];
  const adapter = kind === "nginx" ? [] : ["--adapter", "caddyfile"];
  const server = spawn(program, [...flags, ...adapter], {
    env: { ...process.env, HOME: folder.path, XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  while (!(await accepts(port))) {
    if (server.exitCode !== null) throw new Error(`${kind} did not start: ${said}`);
    await delay(20);
  }
  const isSecure = tls !== undefined || options.site !== undefined;
  return {
    origin: `${isSecure ? "https" : "http"}://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await exited;
      await folder[Symbol.asyncDispose]();
    },
  };
}

function nginxConfig(options: ReverseProxyOptions, port: number, folder: string) {
  const { target, tls, directives = "", site } = options;
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const certificate = tls ? `ssl_certificate ${tls.certPath}; ssl_certificate_key ${tls.keyPath};` : "";
  const ownServer = `
      server {
        listen 127.0.0.1:${port}${tls ? " ssl http2" : ""};
        ${certificate} ${directives}
        location / { proxy_pass ${target}; }
      }`;
  return `
    ${user} daemon off; worker_processes 1; error_log stderr; pid ${folder}/pid;
    events {}
    http {
      access_log off;
      ${paths.map((path) => `${path}_temp_path ${folder}/temp/${path};`).join(" ")}
      gzip on; gzip_proxied any; gzip_types *; gzip_min_length 1;
      ${site?.(port) ?? ownServer}
    }`;
}

function caddyConfig({ target, tls, directives = "", site }: ReverseProxyOptions, port: number) {
  const options = `
{
  admin off
  auto_https off
}
`;
  if (site) return `${options}${site(port)}`;
  return `${options}
${tls ? "https" : "http"}://localhost:${port} {
  bind 127.0.0.1
  ${tls ? `tls ${tls.certPath} ${tls.keyPath}` : ""}
  encode zstd gzip
  ${directives}
  reverse_proxy ${target}
}
`;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
