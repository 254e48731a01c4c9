import type { LeftoverKind } from "../../src/executor/cleanliness/leftover.ts";

export interface HostileBlock {
  leaves: LeftoverKind;
  /** What the description says. */
  says: RegExp;
  source: string;
}

const block = (body: string, imports = "") => `${imports}\nexport default async (inputs) => { ${body} };`;

/** Blocks that each leave one thing behind, by what it is. */
export const hostileBlocks: Record<string, HostileBlock> = {
  "a timer": { leaves: "timer", says: /block-1\.mjs:2:/, source: block(`setTimeout(() => {}, 60_000);`) },
  "a timer that keeps nothing alive": {
    leaves: "timer",
    says: /a timer/,
    source: block(`setTimeout(() => {}, 60_000).unref();`),
  },
  "an interval": { leaves: "timer", says: /set at/, source: block(`setInterval(() => {}, 10);`) },
  "a timer of node:timers/promises": {
    leaves: "timer",
    says: /a timer/,
    source: block(`sleep(60_000);`, `import { setTimeout as sleep } from "node:timers/promises";`),
  },
  "a timer set while the module is loaded": {
    leaves: "timer",
    says: /block-1\.mjs:1:/,
    source: block("", `setInterval(() => {}, 1000).unref();`),
  },
  "a timer that a rejected promise sets later": {
    leaves: "timer",
    says: /a timer/,
    source: block(`(async () => { try { await null; throw 1 } catch { setTimeout(() => {}, 60_000); } })();`),
  },
  "an immediate that sets itself": {
    leaves: "immediate",
    says: /immediate/,
    source: block(`const again = () => setImmediate(again); again();`),
  },
  "a connection": {
    leaves: "socket",
    says: /TCP connection/,
    source: block(
      `const socket = connect(inputs.port, "127.0.0.1"); await once(socket, "connect"); socket.unref();`,
      `import { connect } from "node:net"; import { once } from "node:events";`,
    ),
  },
  "a UDP socket": {
    leaves: "socket",
    says: /UDP/,
    source: block(`createSocket("udp4").bind(0).unref();`, `import { createSocket } from "node:dgram";`),
  },
  "a fetch whose answer does not end": {
    leaves: "socket",
    says: /TCP connection/,
    source: block(`globalThis.constructor; await fetch(inputs.url + "/endless");`),
  },
  "a request under way": {
    leaves: "socket",
    says: /TCP connection/,
    source: block(
      `await new Promise((resolve) => get(inputs.url + "/endless", resolve));`,
      `import { get } from "node:http";`,
    ),
  },
  "a server": {
    leaves: "server",
    says: /listens on a port/,
    source: block(`createServer().listen(0).unref();`, `import { createServer } from "node:http";`),
  },
  "a child process": {
    leaves: "child",
    says: /child process/,
    source: block(
      `spawn("sleep", ["60"], { stdio: "ignore" }).unref();`,
      `import { spawn } from "node:child_process";`,
    ),
  },
  "a process that its child has started": {
    leaves: "child",
    says: /started: sleep/,
    source: block(
      `execFileSync("sh", ["-c", "sleep 60 >/dev/null 2>&1 &"]);`,
      `import { execFileSync } from "node:child_process";`,
    ),
  },
  "a worker": {
    leaves: "worker",
    says: /worker thread/,
    source: block(
      `new Worker("setInterval(() => {}, 1000)", { eval: true }).unref();`,
      `import { Worker } from "node:worker_threads";`,
    ),
  },
  "a watcher of a folder": {
    leaves: "watcher",
    says: /fs\.watch/,
    source: block(`watch(process.cwd(), () => {}).unref();`, `import { watch } from "node:fs";`),
  },
  "a watcher of a file": {
    leaves: "watcher",
    says: /fs\.watchFile/,
    source: block(`watchFile("/nowhere", () => {}).unref();`, `import { watchFile } from "node:fs";`),
  },
  "a broadcast channel": {
    leaves: "port",
    says: /broadcast channel/,
    source: block(`globalThis[Symbol.iterator]; new BroadcastChannel("news").onmessage = () => {};`),
  },
  "a message channel": {
    leaves: "port",
    says: /message port/,
    source: block(`const { port1 } = new MessageChannel(); port1.onmessage = () => {};`),
  },
  "a file descriptor": {
    leaves: "file",
    says: /\/etc\/hostname/,
    source: block(`openSync("/etc/hostname");`, `import { openSync } from "node:fs";`),
  },
  "a file handle": {
    leaves: "file",
    says: /\/etc\/hostname|file handle/,
    source: block(
      `kept = await open("/etc/hostname");`,
      `import { open } from "node:fs/promises"; let kept;`,
    ),
  },
  "an open folder": {
    leaves: "file",
    says: /an open file: \//,
    source: block(`kept = opendirSync("/etc");`, `import { opendirSync } from "node:fs"; let kept;`),
  },
  "a stream that writes on": {
    leaves: "operation",
    says: /node:fs/,
    source: block(
      `const write = () => stream.write(chunk, write); const stream = createWriteStream("/dev/null"); const chunk = Buffer.alloc(1e6); write();`,
      `import { createWriteStream } from "node:fs";`,
    ),
  },
  "a hash of a password that takes long": {
    leaves: "operation",
    says: /node:crypto/,
    source: block(
      `pbkdf2("secret", "salt", 50_000_000, 64, "sha512", () => {});`,
      `import { pbkdf2 } from "node:crypto";`,
    ),
  },
  "a compression that takes long": {
    leaves: "operation",
    says: /compression/,
    source: block(
      `brotliCompress(randomBytes(20_000_000), () => {});`,
      `import { brotliCompress } from "node:zlib"; import { randomBytes } from "node:crypto";`,
    ),
  },
  "a held lock": {
    leaves: "lock",
    says: /navigator\.locks/,
    source: block(`navigator.locks.request("lock", () => new Promise(() => {}));`),
  },
  "another working directory": {
    leaves: "cwd",
    says: /working directory/,
    source: block(`process.chdir("/");`),
  },
  "another umask": { leaves: "umask", says: /umask/, source: block(`process.umask(0o077);`) },
  "a variable of the environment": {
    leaves: "env",
    says: /process\.env\.LEFT$/,
    source: block(`process.env.LEFT = "secret";`),
  },
  "no variable of the environment": {
    leaves: "env",
    says: /process\.env\.PATH$/,
    source: block(`delete process.env.PATH;`),
  },
  "a listener on process": {
    leaves: "listener",
    says: /process for beforeExit/,
    source: block(`process.on("beforeExit", () => {});`),
  },
  "a listener in the place of another": {
    leaves: "listener",
    says: /process for uncaughtException/,
    source: block(
      `process.removeAllListeners("uncaughtException"); process.on("uncaughtException", () => {});`,
    ),
  },
  "a listener on stdout": {
    leaves: "listener",
    says: /process\.stdout for drain/,
    source: block(`process.stdout.on("drain", () => {});`),
  },
  "an exit code": { leaves: "process", says: /exitCode/, source: block(`process.exitCode = 3;`) },
  "another title": { leaves: "process", says: /title/, source: block(`process.title = "mine";`) },
  "a callback for uncaught exceptions": {
    leaves: "process",
    says: /uncaught exceptions/,
    source: block(
      `process.removeAllListeners("uncaughtException"); process.setUncaughtExceptionCaptureCallback(() => {});`,
    ),
  },
  "another process.exit": {
    leaves: "process",
    says: /changed exit of process/,
    source: block(`process.exit = () => {};`),
  },
  "another process.stdout.write": {
    leaves: "stdio",
    says: /stdout\.write/,
    source: block(`process.stdout.write = () => true;`),
  },
  "another console.log": {
    leaves: "builtin",
    says: /changed log of console/,
    source: block(`console.log = () => {};`),
  },
  "an open console.group": {
    leaves: "builtin",
    says: /of console/,
    source: block(`console.group("mine");`),
  },
  "another console": { leaves: "global", says: /changed console/, source: block(`globalThis.console = {};`) },
  "a global": { leaves: "global", says: /new leaked of globalThis/, source: block(`globalThis.leaked = 1;`) },
  "a hidden global": {
    leaves: "global",
    says: /new Symbol\(leaked\)/,
    source: block(`Object.defineProperty(globalThis, Symbol("leaked"), { value: 1 });`),
  },
  "no global": {
    leaves: "global",
    says: /no structuredClone/,
    source: block(`delete globalThis.structuredClone;`),
  },
  "another fetch": { leaves: "global", says: /changed fetch/, source: block(`globalThis.fetch = () => {};`) },
  "another Response, never read before": {
    leaves: "global",
    says: /changed Response|new Response/,
    source: block(`globalThis.Response = class {};`),
  },
  "a polyfill at import": {
    leaves: "builtin",
    says: /new mine of Array\.prototype/,
    source: block("", `Array.prototype.mine = () => {};`),
  },
  "a patched prototype": {
    leaves: "builtin",
    says: /changed push of Array\.prototype/,
    source: block(
      `const push = Array.prototype.push; Array.prototype.push = function (...all) { return push.apply(this, all); };`,
    ),
  },
  "a getter in the place of a value": {
    leaves: "builtin",
    says: /changed parse of JSON/,
    source: block(
      `const { parse } = JSON; Object.defineProperty(JSON, "parse", { get: () => parse, configurable: true });`,
    ),
  },
  "a patched Promise": {
    leaves: "builtin",
    says: /changed then of Promise\.prototype/,
    source: block(
      `const { then } = Promise.prototype; Promise.prototype.then = function (...all) { return then.apply(this, all); };`,
    ),
  },
  "a patched iterator": {
    leaves: "builtin",
    says: /changed next of ArrayIterator\.prototype/,
    source: block(
      `const iterator = Object.getPrototypeOf([].values()); const { next } = iterator; iterator.next = function () { return next.call(this); };`,
    ),
  },
  "a frozen prototype": {
    leaves: "builtin",
    says: /of Map\.prototype/,
    source: block(`Object.freeze(Map.prototype);`),
  },
  "a prototype of a prototype": {
    leaves: "builtin",
    says: /another prototype of Date\.prototype/,
    source: block(`Object.setPrototypeOf(Date.prototype, { mine: 1 });`),
  },
  "Error.prepareStackTrace": {
    leaves: "builtin",
    says: /prepareStackTrace of Error/,
    source: block(`Error.prepareStackTrace = () => { throw new Error("mine"); };`),
  },
  "Error.stackTraceLimit": {
    leaves: "builtin",
    says: /stackTraceLimit of Error/,
    source: block(`Error.stackTraceLimit = 0; setTimeout(() => {}, 1);`),
  },
  "a patched node:fs": {
    leaves: "module",
    says: /changed readFile of module fs/,
    source: block(`fs.readFile = () => {};`, `import fs from "node:fs";`),
  },
  "a patched class of node:events": {
    leaves: "module",
    says: /changed emit of module events/,
    source: block(`EventEmitter.prototype.emit = () => {};`, `import { EventEmitter } from "node:events";`),
  },
  "a closed standard output": {
    leaves: "file",
    says: /another file, or none, under the number 1/,
    source: block(`fs.closeSync(1);`, `import fs from "node:fs";`),
  },
  "a patched AsyncLocalStorage": {
    leaves: "builtin",
    says: /changed run of AsyncLocalStorage/,
    source: block(
      `const { run } = AsyncLocalStorage.prototype; AsyncLocalStorage.prototype.run = function (...all) { return run.apply(this, all); };`,
      `import { AsyncLocalStorage } from "node:async_hooks";`,
    ),
  },
  "a variable behind globalThis": {
    leaves: "builtin",
    says: /a new left of the prototype of globalThis/,
    source: block(`Object.getPrototypeOf(globalThis).left = 42;`),
  },
  "globals that nobody can add to": {
    leaves: "global",
    says: /no new properties for globalThis/,
    source: block(`Object.preventExtensions(globalThis);`),
  },
  "a class of node:zlib with a method of its own": {
    leaves: "module",
    says: /a new _transform of module zlib.Gzip.prototype/,
    source: block(`zlib.Gzip.prototype._transform = () => {};`, `import zlib from "node:zlib";`),
  },
  "a patched fs.ReadStream": {
    leaves: "module",
    says: /changed _read of module fs.ReadStream/,
    source: block(`fs.ReadStream.prototype._read = () => {};`, `import fs from "node:fs";`),
  },
  "another fs.WriteStream": {
    leaves: "module",
    says: /another fs.WriteStream/,
    source: block(`fs.WriteStream = class extends fs.WriteStream {};`, `import fs from "node:fs";`),
  },
  "https that checks no certificates": {
    leaves: "module",
    says: /rejectUnauthorized of module https.globalAgent.options/,
    source: block(`https.globalAgent.options.rejectUnauthorized = false;`, `import https from "node:https";`),
  },
  "randomness that is none": {
    leaves: "builtin",
    says: /getRandomValues of crypto/,
    source: block(`crypto.getRandomValues = (values) => values.fill(7);`),
  },
  "another order of addresses": {
    leaves: "module",
    says: /another order of the addresses of a host/,
    source: block(`dns.setDefaultResultOrder("ipv6first");`, `import dns from "node:dns";`),
  },
  "another priority": {
    leaves: "process",
    says: /another priority/,
    source: block(`os.setPriority(os.getPriority() + 1);`, `import os from "node:os";`),
  },
  "an argument of the process": {
    leaves: "builtin",
    says: /of process.argv/,
    source: block(`process.argv.push("left");`),
  },
  "a patched node:https": {
    leaves: "module",
    says: /changed request of module https/,
    source: block(`https.request = () => {};`, `import https from "node:https";`),
  },
};
