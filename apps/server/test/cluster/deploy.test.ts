import { readFileSync } from "node:fs";
import { OomolConnectClient } from "@oomol/connect-core";
import { startPostgres } from "@oomol/test-helpers/start-postgres";
import pg from "pg";
import { expect, test } from "vitest";
import { fixturePackages, makeDataDirectory } from "../open-test-server.ts";
import { type ClusterProcess, startClusterProcess } from "./cluster-process.ts";
import { type ManifestContainer, readCompose, readManifests } from "./deploy-files.ts";
import { startS3 } from "./start-s3.ts";
import { makeEmptyDatabase } from "./test-database.ts";

const password = "p@ss/w#rd?%41 '";
const token = "api-deployed";

/** Starts processes with the command lines of a file, whose folders and ports are others here; what runs is killed in the end. */
async function openHost(environment: NodeJS.ProcessEnv) {
  const folders = { "/files": await makeDataDirectory(), "/scratch": await makeDataDirectory() };
  const here = (text: string) =>
    text === "/packages" ? fixturePackages : (folders[text as keyof typeof folders]?.path ?? text);
  const all: ClusterProcess[] = [];
  return {
    async start(args: readonly string[], own: Record<string, string> = {}) {
      const env = { PATH: process.env.PATH, ...environment, ...own };
      const shown = Object.entries(env).map(([name, value]) => [name, value && here(value)]);
      const port = args[0] === "migrate" ? [] : ["--port", "0", "--log-level", "error"];
      const started = await startClusterProcess([...args.map(here), ...port], Object.fromEntries(shown));
      all.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      for (const { child } of all) child.kill("SIGKILL");
      await Promise.all(all.map(({ exited }) => exited));
      for (const folder of Object.values(folders)) await folder[Symbol.asyncDispose]();
    },
  };
}

/** Where a process is asked how it is: its API is below. */
const originOf = ({ client }: ClusterProcess) => new URL(client.url.replace("0.0.0.0", "127.0.0.1")).origin;

async function runTask(api: ClusterProcess) {
  const client = new OomolConnectClient({ baseUrl: `${originOf(api)}/api`, apiToken: token });
  const { result } = await client.tasks.run({ blockId: "lab::shout", inputValues: { text: "x" } });
  await client.close();
  return result;
}

/** Ends them as what deployed them would; the exit codes. */
async function terminate(processes: readonly ClusterProcess[]) {
  for (const { child } of processes) child.kill("SIGTERM");
  return Promise.all(processes.map(({ exited }) => exited));
}

const closingSeconds = 8;

test("what the compose file starts runs a task, whatever is in the password, and migrates again", async () => {
  const given = { DATABASE_PASSWORD: password, OOMOL_CONNECT_SERVER_TOKENS: token };
  const services = readCompose(given);
  const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = services.database?.environment ?? {};
  const owner = { user: POSTGRES_USER ?? "", password: POSTGRES_PASSWORD ?? "" };
  await using postgres = Object.assign(await startPostgres(owner), {
    [Symbol.asyncDispose]: () => postgres.close(),
  });
  const admin = new pg.Client(
    Object.assign(new URL(postgres.urlOf("postgres")), { password: encodeURIComponent(password) }).href,
  );
  await admin.connect();
  await admin.query(`create database ${POSTGRES_DB}`).finally(() => admin.end());
  await using host = await openHost({});
  const start = (name: string) => {
    const { command = [], environment = {} } = services[name] ?? {};
    const { port } = new URL(postgres.urlOf(""));
    const url = environment.OOMOL_CONNECT_DATABASE?.replace("@database:5432/", `@127.0.0.1:${port}/`) ?? "";
    return host.start(command, { ...environment, OOMOL_CONNECT_DATABASE: url });
  };

  expect(services.migrate?.depends_on).toEqual({ database: { condition: "service_healthy" } });
  const migrate = async () => {
    const { exited, output } = await start("migrate");
    expect([await exited, output.stderr]).toEqual([0, ""]);
    expect(output.stdout).toMatch(/^The database 127\.0\.0\.1:\d+\/connect has schema \d+\.\n$/);
  };
  await migrate();
  for (const name of ["api", "worker"])
    expect(services[name]?.depends_on).toEqual({ migrate: { condition: "service_completed_successfully" } });
  const [worker, api] = await Promise.all([start("worker"), start("api"), migrate()]);
  expect([worker.output.stderr, api.output.stderr]).toEqual(["", ""]);
  for (const one of [worker, api]) expect((await fetch(`${originOf(one)}/readyz`)).status).toBe(200);
  expect(await runTask(api)).toMatchObject({ loud: "X!" });
  expect(await terminate([worker, api])).toEqual([0, 0]);
});

test("what the compose file starts comes back, has limits, and has time to close", () => {
  const services = readCompose({ DATABASE_PASSWORD: "x", OOMOL_CONNECT_SERVER_TOKENS: token });
  const { migrate, ...lasting } = services;
  expect(migrate).toMatchObject({ restart: "no", healthcheck: { disable: true } });
  for (const one of Object.values(lasting)) {
    expect(one.restart).toBe("unless-stopped");
    expect(one.deploy?.resources.limits.memory).toMatch(/^\d+G$/);
  }
  const graceOf = (name: string) => Number.parseInt(services[name]?.stop_grace_period ?? "10", 10);
  expect(graceOf("api")).toBeGreaterThan(closingSeconds);
  expect(graceOf("worker")).toBeGreaterThan(drainSecondsOf(services.worker?.command ?? []) + closingSeconds);
});

test("compose file and documents name a PostgreSQL that the tests run on", async () => {
  await using database = await makeEmptyDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  const { rows } = await client.query("show server_version_num").finally(() => client.end());
  const named = readCompose({ DATABASE_PASSWORD: "x", OOMOL_CONNECT_SERVER_TOKENS: token }).database?.image;
  const oldest = Number(named?.replace("postgres:", ""));
  const guide = readFileSync(new URL("../../../../docs/operating.md", import.meta.url), "utf8");
  expect(guide).toContain(`PostgreSQL ${oldest} or newer`);
  expect(Math.floor(Number(rows[0].server_version_num) / 10_000)).toBeGreaterThanOrEqual(oldest);
});

test("what the Kubernetes manifests start runs a task by object storage, and answers its probes", async () => {
  await using s3 = await startS3();
  await using postgres = Object.assign(await startPostgres({ user: "connect", password }), {
    [Symbol.asyncDispose]: () => postgres.close(),
  });
  const secret = {
    ...s3.env,
    OOMOL_CONNECT_DATABASE: postgres.urlOf("postgres"),
    PGPASSWORD: password,
    OOMOL_CONNECT_FILES: s3.address,
    OOMOL_CONNECT_SERVER_TOKENS: token,
  };
  await using host = await openHost(secret);
  const [job] = readManifests("kubernetes-migrate.yaml");
  const [migrate] = containersOf(job);
  expect(await (await host.start(migrate?.args ?? [])).exited).toBe(0);

  const deployments = readManifests("kubernetes.yaml").filter(({ kind }) => kind === "Deployment");
  const containers = deployments.flatMap(containersOf);
  expect(containers.map(({ args }) => args[0])).toEqual(["api", "worker"]);
  const started = await Promise.all(containers.map(({ args }) => host.start(args)));
  for (const [at, { startupProbe, readinessProbe, livenessProbe, ports }] of containers.entries()) {
    const one = started[at] as ClusterProcess;
    expect(one.output.stderr).toBe("");
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      expect(probe?.httpGet.port).toBe(ports?.[0]?.containerPort);
      expect((await fetch(originOf(one) + probe?.httpGet.path)).status).toBe(200);
    }
  }
  const [api] = started as [ClusterProcess];
  expect(await runTask(api)).toMatchObject({ loud: "X!" });
  expect(await terminate(started)).toEqual([0, 0]);
});

test("the Kubernetes manifests have labels that meet, limits, and time to close", () => {
  const documents = readManifests("kubernetes.yaml");
  const service = documents.find(({ kind }) => kind === "Service");
  const deployments = documents.filter(({ kind }) => kind === "Deployment");
  const labels = deployments.map(({ spec }) => spec.template.metadata.labels);
  expect(labels).toEqual(deployments.map(({ spec }) => spec.selector.matchLabels));
  expect(labels).toContainEqual(service.spec.selector);
  const [job] = readManifests("kubernetes-migrate.yaml");
  // A Job of a fixed name could be made once only.
  expect(job.metadata).toEqual({ generateName: "connect-migrate-" });
  for (const { spec } of [job, ...deployments]) {
    const { containers, terminationGracePeriodSeconds = 30 } = spec.template.spec;
    for (const { args, lifecycle, resources } of containers as ManifestContainer[]) {
      expect(resources.limits.memory).toMatch(/^\d+[MG]i$/);
      const [program, seconds = "0"] = lifecycle?.preStop.exec.command ?? [];
      expect(program).toBe(args[0] === "api" ? "sleep" : undefined);
      const needed = Number(seconds) + (args[0] === "worker" ? drainSecondsOf(args) : 0) + closingSeconds;
      expect(terminationGracePeriodSeconds).toBeGreaterThan(needed);
    }
  }
});

function containersOf({ spec }: ReturnType<typeof readManifests>[number]): ManifestContainer[] {
  return spec.template.spec.containers;
}

function drainSecondsOf(args: readonly string[]): number {
  const at = args.indexOf("--drain-seconds");
  return at === -1 ? 20 : Number(args[at + 1]);
}
