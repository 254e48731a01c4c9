import { readFileSync } from "node:fs";
import { Command } from "commander";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { addClusterCommands } from "../../src/cli/cluster-commands.ts";

const read = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), "utf8");

/** The command lines in what is deployed: they must be ones that the program takes. */
async function parses(args: readonly string[]): Promise<string | undefined> {
  let called: string | undefined;
  const note = (name: string) => async () => {
    called = name;
  };
  const command = new Command().exitOverride();
  addClusterCommands(command, { api: note("api"), worker: note("worker"), migrate: note("migrate") });
  await command.parseAsync(args, { from: "user" });
  return called;
}

test("the compose file starts what there is", async () => {
  const { services } = parse(read("compose.yaml"), { merge: true }) as {
    services: Record<string, { command?: string[]; environment: Record<string, string> }>;
  };
  for (const name of ["migrate", "api", "worker"]) {
    expect(await parses(services[name]?.command ?? [])).toBe(name);
    expect(Object.keys(services[name]?.environment ?? {})).toContain("OOMOL_CONNECT_DATABASE");
  }
});

test("the Kubernetes manifest starts what there is, with labels that meet", async () => {
  const documents = parseAllDocuments(read("kubernetes.yaml")).map((one) => {
    expect(one.errors).toEqual([]);
    return one.toJS();
  });
  const pods = documents.filter(({ kind }) => kind !== "Service");
  const started = [];
  for (const { spec } of pods) {
    started.push(await parses(spec.template.spec.containers[0].args));
    if (spec.selector) expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  }
  expect(started).toEqual(["migrate", "api", "worker"]);
  const service = documents.find(({ kind }) => kind === "Service");
  expect(pods.map(({ spec }) => spec.template.metadata?.labels)).toContainEqual(service.spec.selector);
});
