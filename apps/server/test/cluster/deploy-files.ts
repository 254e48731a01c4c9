import { readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";

const read = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), "utf8");

/** What tests read of a service in `deploy/compose.yaml`. */
export interface ComposeService {
  image: string;
  command?: string[];
  environment: Record<string, string>;
  restart?: string;
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { resources: { limits: { memory: string } } };
}

/** The services, with `${NAME:?}` replaced by what the environment has. */
export function readCompose(environment: Record<string, string>): Record<string, ComposeService> {
  const replace = (text: string) =>
    text.replaceAll(/\$\{(\w+):\?\}/g, (_all, name: string) => {
      const value = environment[name];
      if (value === undefined) throw new Error(`The compose file wants ${name}.`);
      return value;
    });
  const reviver = (_key: unknown, value: unknown) => (typeof value === "string" ? replace(value) : value);
  return parse(read("compose.yaml"), reviver, { merge: true }).services;
}

/** What tests read of a container in `deploy/kubernetes*.yaml`. */
export interface ManifestContainer {
  args: string[];
  ports?: { containerPort: number }[];
  lifecycle?: { preStop: { exec: { command: string[] } } };
  resources: { limits: Record<string, string> };
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
}

interface Probe {
  httpGet: { path: string; port: number };
}

/** Every object of a Kubernetes manifest. */
export function readManifests(name: string) {
  return parseAllDocuments(read(name)).map((one) => {
    if (one.errors.length > 0) throw new Error(`${name}: ${one.errors.join("; ")}`);
    return one.toJS();
  });
}
