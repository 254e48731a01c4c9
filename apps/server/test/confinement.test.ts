import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confineExecutor, openConfinement } from "../src/processes/confine-executor.ts";
import { startExecutorProcess } from "../src/processes/executor-process.ts";
import { idOf, makeDataDirectory, type TestClient } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";

const hostile = fileURLToPath(new URL("./fixtures/hostile", import.meta.url));
const token = "api-canary-0123456789";
const headers = { Authorization: token };
const nobody = 65534;

const whyNoRoot = process.getuid?.() === 0 ? undefined : "only root starts programs of others";
const whyNoUser = whyNoRoot ?? findWhyNoUser();
const whyNoSandbox = findWhyNoSandbox();

function findWhyNoUser(): string | undefined {
  const trial = spawnSync("test", ["-r", hostile], { uid: nobody, gid: nobody, cwd: "/" });
  return trial.status === 0 ? undefined : `nobody but root can read ${hostile}`;
}

/** Installed where that may be done, as other programs that tests need. */
function findWhyNoSandbox(): string | undefined {
  if (process.platform !== "linux") return "bubblewrap is for Linux";
  const install =
    "command -v bwrap || (apt-get -q update && apt-get -q install -y --no-install-recommends bubblewrap)";
  if (whyNoRoot === undefined) spawnSync("flock", ["/tmp/oomol-connect-apt.lock", "sh", "-c", install]);
  const trial = spawnSync("bwrap", ["--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "true"]);
  if (trial.error) return "there is no bwrap";
  return trial.status === 0 ? undefined : `bwrap cannot work here: ${trial.stderr}`;
}

type Place =
  | "token"
  | "database"
  | "ended session"
  | "names of sessions"
  | "upload of another"
  | "home"
  | "/etc/shadow";

/** What a block can read of what is not its own. The guide's table says the same. */
const modes: { flags: string[]; whyNot: string | undefined; user: number | undefined; reached: Place[] }[] = [
  {
    flags: [],
    whyNot: whyNoRoot,
    user: process.getuid?.(),
    reached: ["database", "ended session", "names of sessions", "upload of another", "home", "/etc/shadow"],
  },
  { flags: ["--run-as", "nobody"], whyNot: whyNoUser, user: nobody, reached: [] },
  { flags: ["--sandbox", "bwrap"], whyNot: whyNoSandbox, user: process.getuid?.(), reached: [] },
  {
    flags: ["--sandbox", "bwrap", "--no-network"],
    whyNot: whyNoSandbox,
    user: process.getuid?.(),
    reached: [],
  },
  {
    flags: ["--run-as", "nobody", "--sandbox", "bwrap"],
    whyNot: whyNoUser ?? whyNoSandbox,
    user: nobody,
    reached: [],
  },
];

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(homedir(), ".connect-test-"));
  await writeFile(join(home, "file"), "canary of home");
});
afterAll(() => rm(home, { recursive: true }));

/** Runs the block that reads, with a file of its own. */
async function readByBlock(client: TestClient, inputs: Record<string, unknown>, text = "mine") {
  const id = await idOf(
    await client.upload("hostile::read", [new File([text], "file.txt")], inputs, headers),
  );
  await client.getJson(`/v1/tasks/${id}`, { headers: { ...headers, Prefer: "wait=60" } });
  const { logs } = await client.getJson<{ logs: { type: string; session_id: string; event: Finish }[] }>(
    `/v1/tasks/${id}/logs`,
    { headers },
  );
  const finished = logs.find(({ type }) => type === "BlockFinished");
  if (!finished?.event.result) throw new Error(`the block did not run: ${JSON.stringify(logs.at(-1))}`);
  return { id, sessionId: finished.session_id, ...finished.event.result };
}

interface Finish {
  result?: {
    seen: string[];
    connected: string | null;
    own: { user: number; upload: string; written: string[] };
  };
}

describe.each(modes)("with $flags", ({ flags, whyNot, user, reached }) => {
  test.skipIf(whyNot !== undefined)(
    `a block reads ${reached.join(", ") || "nothing that is not its own"}`,
    async () => {
      await using data = await makeDataDirectory();
      const options = { env: { OOMOL_CONNECT_SERVER_TOKENS: token } };
      const all = [
        "--packages",
        hostile,
        "--data",
        data.path,
        "--executor-ready-timeout-ms",
        "20000",
        ...flags,
      ];
      await using server = await startProgram(all, options);
      const { client } = server;
      const other = await readByBlock(client, { paths: [] }, "canary of another's upload");
      const marks: Record<Place, [path: string, mark: string]> = {
        token: ["/proc/PPID/environ", "canary"],
        database: [join(data.path, "connect.db"), "SQLite format"],
        "ended session": [join(data.path, "sessions", other.sessionId), "mine.txt"],
        "names of sessions": [join(data.path, "sessions"), other.sessionId],
        "upload of another": [join(data.path, "uploads", other.id, "0", "file.txt"), "canary"],
        home: [join(home, "file"), "canary"],
        "/etc/shadow": ["/etc/shadow", "root:"],
      };
      const { id, seen, own } = await readByBlock(client, {
        paths: Object.values(marks).map(([path]) => path),
      });
      const places = Object.entries(marks).filter(([, [, mark]], index) => seen[index]?.includes(mark));
      expect(places.map(([place]) => place)).toEqual(reached);
      expect(own).toEqual({ user, upload: "mine", written: ["written", "written"] });
      const made = await client.request(`/v1/tasks/${id}/files/mine.txt`, { headers });
      expect(await made.text()).toBe("x");
      expect(await readdir(join(data.path, "package-data", "hostile"))).toContain("mine.txt");
    },
  );
});

describe.each([false, true])("in a sandbox, without a network: %s", (noNetwork) => {
  test.skipIf(whyNoSandbox !== undefined)("a program finds the network, or none", async () => {
    await using data = await makeDataDirectory();
    await using listener = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    const at = { dataDirectory: data.path, packages: [hostile] };
    const confinement = await openConfinement({ ...at, runAs: undefined, sandbox: "bwrap", noNetwork });
    const sessionDirectory = join(data.path, "sessions", "one");
    const script = `require("net").connect(${port}, "127.0.0.1").on("error", (error) => console.log(error.code)).on("connect", () => console.log("connected")).on("close", () => process.exit())`;
    const { command, env, identity } = await confineExecutor(
      confinement,
      { file: process.execPath, args: [] },
      {
        executorName: "nodejs",
        packageDirectory: hostile,
        sessionDirectory,
        packageData: join(data.path, "package-data", "hostile"),
        temporaryDirectories: [join(sessionDirectory, "tmp")],
      },
    );
    let said = "";
    const onOutput = ({ text }: { text: string }) => (said += text);
    await startExecutorProcess(command, ["-e", script], {
      env: { ...process.env, ...env },
      identity,
      onOutput,
    }).exited;
    expect(said.trim()).toBe(noNetwork ? "ECONNREFUSED" : "connected");
  });
});

const refused = [
  [["--no-network"], /--no-network is a part of the sandbox: give --sandbox bwrap as well/],
  [
    ["--run-as", "no-such-user-here"],
    /There is no user "no-such-user-here"|needs a server that root has started/,
  ],
  [["--run-as", "root"], /would change nothing|needs a server that root has started/],
  [["--run-as", "-u"], /argument missing|names a user of this machine|needs a server that root has started/],
  [["--sandbox", "none"], /Allowed choices are bwrap/],
] as const;

test.each(refused)("a server with %j does not start, and says why", async (flags, sentence) => {
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--data", data.path, ...flags]);
  expect(await server.exited).toBe(1);
  expect(server.output.stderr).toMatch(sentence);
});

test.skipIf(whyNoSandbox !== undefined)(
  "an executor that needs the network is refused where there is none",
  async () => {
    const place = {
      packageDirectory: hostile,
      sessionDirectory: "/s",
      packageData: "/p",
      temporaryDirectories: [],
    };
    const confinement = { user: undefined, bwrap: "bwrap", hasNetwork: false };
    await expect(
      confineExecutor(
        confinement,
        { file: "/usr/bin/python-executor", args: [] },
        { executorName: "python", ...place },
      ),
    ).rejects.toThrow(/without a network \(--no-network\), and the executor "python" needs one/);
  },
);

test.skipIf(whyNoUser !== undefined)("a flow is refused where what runs is confined", async () => {
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--data", data.path, "--run-as", "nobody"]);
  const id = await server.client.start("lab::greet");
  await server.client.waitForEnd(id);
  expect((await server.client.logs(id)).at(-1)?.event.error).toMatch(/confines what it runs/);
});

/** How many processes there are that a block of this server has started, or that run one. */
function countProcesses(dataDirectory: string): number {
  const isOurs = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`OOCANA_PKG_DIR=${dataDirectory}`);
    } catch {
      return false; // gone
    }
  };
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOurs(name)).length;
}

test.skipIf(whyNoSandbox !== undefined)(
  "whatever a block in a sandbox has started ends with its task, and with a server that is killed",
  async () => {
    await using data = await makeDataDirectory();
    await using server = await startProgram([
      "--data",
      data.path,
      "--sandbox",
      "bwrap",
      "--spare-executors",
      "0",
    ]);
    const { client } = server;
    const count = () => countProcesses(data.path);
    const stopped = await client.start("lab::hang");
    await client.waitForLog(stopped, "BlockOutput");
    expect(count()).toBeGreaterThanOrEqual(3); // some of them lead groups of their own
    await client.request(`/v1/tasks/${stopped}/stop`, { method: "POST" });
    await expect.poll(count).toBe(0);
    await client.waitForLog(await client.start("lab::hang"), "BlockOutput");
    expect(count()).toBeGreaterThanOrEqual(3);
    server.child.kill("SIGKILL");
    await server.exited;
    await expect.poll(count).toBe(0);
  },
);
