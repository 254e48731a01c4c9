const block = (body: string, imports = "") =>
  `${imports}\nexport default async (inputs, context) => { ${body} };`;

/** Blocks that use what blocks use, and clear up as the documentation of each thing says; or have nothing to clear up. */
export const harmlessBlocks: Record<string, string> = {
  nothing: block(""),
  "an awaited timer": block(`await new Promise((resolve) => setTimeout(resolve, 5));`),
  "a cleared interval": block(
    `const interval = setInterval(() => {}, 1); await new Promise((resolve) => setTimeout(resolve, 5)); clearInterval(interval);`,
  ),
  "a timer that ends during the grace": block(`setTimeout(() => {}, 50);`),
  "output and logs": block(
    `console.log("text"); console.error("text"); process.stdout.write("text"); await context.reportProgress(10);`,
  ),
  "a fetch": block(`await (await fetch(inputs.url)).json();`),
  "a fetch with a timeout": block(
    `await (await fetch(inputs.url, { signal: AbortSignal.timeout(60_000) })).json();`,
  ),
  "many fetches at once": block(
    `await Promise.all(Array.from({ length: 20 }, async () => (await fetch(inputs.url)).text()));`,
  ),
  "a fetch that was aborted": block(
    `const controller = new AbortController(); const answer = fetch(inputs.url + "/endless", { signal: controller.signal }); await answer; controller.abort();`,
  ),
  "a fetch that failed": block(`await fetch("http://127.0.0.1:9").catch(() => {});`),
  "a timeout that fired": block(
    `const signal = AbortSignal.timeout(2); await new Promise((resolve) => signal.addEventListener("abort", resolve));`,
  ),
  "a request of node:http": block(
    `await new Promise((resolve) => get(inputs.url, (answer) => answer.resume().on("end", resolve)));`,
    `import { get } from "node:http";`,
  ),
  "a request with an agent of the module": block(
    `await new Promise((resolve) => get(inputs.url, { agent }, (answer) => answer.resume().on("end", resolve)));`,
    `import { Agent, get } from "node:http"; const agent = new Agent({ keepAlive: true });`,
  ),
  "files and streams": block(
    `const path = join(process.cwd(), "file.txt");
     await writeFile(path, "text"); await readFile(path); statSync(path);
     await pipeline(createReadStream(path), createGzip(), createWriteStream(path + ".gz"));
     const handle = await open(path); await handle.read(); await handle.close();
     for await (const _ of await opendir(process.cwd())) break;
     closeSync(openSync(path)); await rm(path); await rm(path + ".gz");`,
    `import { closeSync, createReadStream, createWriteStream, openSync, statSync } from "node:fs";
     import { open, opendir, readFile, rm, writeFile } from "node:fs/promises";
     import { join } from "node:path"; import { pipeline } from "node:stream/promises"; import { createGzip } from "node:zlib";`,
  ),
  "web streams": block(
    `await new Response(new Blob(["x".repeat(1e5)]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();`,
  ),
  compression: block(
    `gunzipSync(await promisify(gzip)("text"));`,
    `import { gunzipSync, gzip } from "node:zlib"; import { promisify } from "node:util";`,
  ),
  "node:crypto": block(
    `randomBytes(8); randomUUID(); createHash("sha256").update("text").digest("hex"); pbkdf2Sync("a", "b", 10, 32, "sha256");
     await promisify(scrypt)("a", "b", 32); await crypto.subtle.digest("SHA-256", new Uint8Array(8));
     await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });`,
    `import { createHash, generateKeyPair, pbkdf2Sync, randomBytes, randomUUID, scrypt } from "node:crypto"; import { promisify } from "node:util";`,
  ),
  "a lookup of a name": block(`await lookup("localhost");`, `import { lookup } from "node:dns/promises";`),
  "a child process": block(
    `await promisify(execFile)("node", ["-e", "0"]); execFileSync("sh", ["-c", "exit 0"]);`,
    `import { execFile, execFileSync } from "node:child_process"; import { promisify } from "node:util";`,
  ),
  "a worker that ends": block(
    `const worker = new Worker("postMessage = require('node:worker_threads').parentPort.postMessage(1)", { eval: true }); await once(worker, "exit");`,
    `import { Worker } from "node:worker_threads"; import { once } from "node:events";`,
  ),
  "a worker that is terminated": block(
    `const worker = new Worker("setInterval(() => {}, 1)", { eval: true }); await once(worker, "online"); await worker.terminate();`,
    `import { Worker } from "node:worker_threads"; import { once } from "node:events";`,
  ),
  "a server that is closed": block(
    `const server = createServer((_, answer) => answer.end("text")).listen(0); await once(server, "listening");
     await (await fetch("http://127.0.0.1:" + server.address().port)).text();
     server.closeAllConnections(); await new Promise((resolve) => server.close(resolve));`,
    `import { createServer } from "node:http"; import { once } from "node:events";`,
  ),
  "a closed channel": block(
    `const { port1, port2 } = new MessageChannel(); port2.onmessage = () => {}; port1.postMessage(1); port1.close(); structuredClone({ a: 1 });`,
  ),
  "a watcher that is closed": block(`watch(process.cwd()).close();`, `import { watch } from "node:fs";`),
  "a dynamic import": block(
    `await import("data:text/javascript,export default 1"); await import("node:readline");`,
  ),
  "a large buffer": block(`Buffer.alloc(50_000_000).fill(1); new Float64Array(1e6).sort();`),
  "a lock": block(`await navigator.locks.request("lock", async () => 1);`),
  "the web's classes": block(
    `new URL(inputs.url); new Headers(); new FormData(); new TextDecoder(); new Event("x"); performance.mark("x"); new Intl.NumberFormat("de");`,
  ),
  "a variable that is put back": block(`process.env.BRIEFLY = "x"; delete process.env.BRIEFLY;`),
  "a listener that is removed": block(
    `const listener = () => {}; process.on("SIGUSR2", listener); process.off("SIGUSR2", listener);`,
  ),
  "module state": block(`runs.push(inputs);`, `const runs = [];`),
  "an error": block(`await Promise.allSettled([Promise.reject(new Error("caught"))]);`),
};
