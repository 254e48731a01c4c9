import type { Context } from "./context.ts";

/** The part of a process's environment that a context reads (oocana-protocol 5.2). */
export type Environment = Readonly<Record<string, string | undefined>>;

type EnvironmentMembers = Pick<
  Context,
  | "oomolToken"
  | "getOomolToken"
  | "fusionApiUrl"
  | "oomolFusionApiUrl"
  | "oomolLlmEnv"
  | "OOMOL_LLM_ENV"
  | "hostInfo"
  | "hostEndpoint"
  | "pkgDir"
  | "pkgDataDir"
>;

/** The context members that come from the environment. A missing variable is warned about once, when it is read. */
export function createEnvironmentMembers(
  environment: Environment,
  warn: (text: string) => void,
): EnvironmentMembers {
  const warned = new Set<string>();
  let llmEnvironment: Context["oomolLlmEnv"] | undefined;

  const oomolToken = async () => required("OOMOL_TOKEN");
  const pkgDir = environment.OOCANA_PKG_DIR ?? "";
  return {
    oomolToken,
    getOomolToken: oomolToken,
    get fusionApiUrl() {
      return required("OOMOL_FUSION_API_URL");
    },
    get oomolFusionApiUrl() {
      return required("OOMOL_FUSION_API_URL");
    },
    get oomolLlmEnv() {
      llmEnvironment ??= readLlmEnvironment();
      return llmEnvironment;
    },
    get OOMOL_LLM_ENV() {
      llmEnvironment ??= readLlmEnvironment();
      return llmEnvironment;
    },
    hostInfo: Object.freeze({
      gpuVendor: environment.OOMOL_HOST_GPU_VENDOR || "unknown",
      gpuRenderer: environment.OOMOL_HOST_GPU_RENDERER || "unknown",
    }),
    hostEndpoint: environment.OO_HOST_ENDPOINT,
    pkgDir,
    pkgDataDir: pkgDir,
  };

  function required(name: string): string {
    const value = environment[name] ?? "";
    if (value === "" && !warned.has(name)) {
      warned.add(name);
      warn(`${name} is not set in the environment of this block; an empty string is used.`);
    }
    return value;
  }

  function readLlmEnvironment(): Context["oomolLlmEnv"] {
    return Object.freeze({
      baseUrl: required("OOMOL_LLM_BASE_URL"),
      baseUrlV1: required("OOMOL_LLM_BASE_URL_V1"),
      apiKey: required("OOMOL_LLM_API_KEY"),
      models: required("OOMOL_LLM_MODELS")
        .split(",")
        .map((model) => model.trim())
        .filter((model) => model !== ""),
    });
  }
}
