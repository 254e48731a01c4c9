import { InvalidInputError } from "./errors/index.ts";
import type { Http } from "./http/http.ts";
import { path } from "./http/path.ts";
import type { ResolvedClientOptions } from "./options.ts";
import type { InstallWaits } from "./packages/install-waits.ts";
import type { RequestOptions } from "./request-options.ts";
import type { InstallTask, Package, PackageProblem } from "./types.ts";
import type { InstallPollingOptions } from "./waiting/polling-options.ts";
import {
  installAnswerSchema,
  installTaskAnswerSchema,
  installTasksAnswerSchema,
  packagesAnswerSchema,
} from "./wire/index.ts";

/** The answer of `GET /packages`. */
export interface ListPackagesResponse {
  packages: Package[];
  /** Told by our own server alone. */
  problems?: PackageProblem[] | undefined;
}

/** The answer of `POST /packages/install`. */
export interface InstallPackageResponse {
  success?: boolean | undefined;
  /** The id of the installation; some servers omit it if the package is already installed. */
  taskId?: string | undefined;
}

/** The answer of `GET /packages/install`. */
export interface ListInstallTasksResponse {
  success?: boolean | undefined;
  tasks: InstallTask[];
}

/** The answer of `GET /packages/install/{id}`. */
export interface GetInstallTaskResponse {
  success?: boolean | undefined;
  task: InstallTask;
}

/** Packages: `/packages`, and their installation. */
export class PackagesClient {
  readonly #http: Http;
  readonly #options: ResolvedClientOptions;

  /** @internal */
  constructor(http: Http, options: ResolvedClientOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** The installed packages. */
  async list(options: RequestOptions = {}): Promise<ListPackagesResponse> {
    const call = {
      ...options,
      method: "GET",
      path: "/packages",
      schema: packagesAnswerSchema,
      isIdempotent: true,
    } as const;
    return (await this.#http.call(call)).data;
  }

  /** Starts an installation and does not wait for it. */
  async install(
    name: string,
    version: string,
    options: RequestOptions = {},
  ): Promise<InstallPackageResponse> {
    for (const [field, value] of Object.entries({ name, version })) {
      if (typeof value !== "string" || value.trim() === "")
        throw new InvalidInputError(field, "must be given.");
    }
    const json = { name, version };
    const call = {
      ...options,
      method: "POST",
      path: "/packages/install",
      json,
      isIdempotent: false,
    } as const;
    return (await this.#http.call({ ...call, schema: installAnswerSchema })).data;
  }

  /** Every installation that the server has stored. */
  async listInstallTasks(options: RequestOptions = {}): Promise<ListInstallTasksResponse> {
    const call = { ...options, method: "GET", path: "/packages/install", isIdempotent: true } as const;
    return (await this.#http.call({ ...call, schema: installTasksAnswerSchema })).data;
  }

  /**
   * The current state of an installation.
   *
   * @throws {@link ApiError} with status 404 if the server does not know it.
   */
  async getInstallTask(taskId: string, options: RequestOptions = {}): Promise<GetInstallTaskResponse> {
    const call = {
      ...options,
      method: "GET",
      path: path`/packages/install/${taskId}`,
      isIdempotent: true,
    } as const;
    return (await this.#http.call({ ...call, schema: installTaskAnswerSchema })).data;
  }

  /**
   * Cancels an installation, and resolves when nothing of it is left; it has failed then. One that has ended stays as it is.
   *
   * @throws {@link UnsupportedError} if the server cancels no installations, {@link ApiError} with status 404 if it does not
   *   know this one.
   */
  async cancelInstall(taskId: string, options: RequestOptions = {}): Promise<GetInstallTaskResponse> {
    const { cancelInstall } = await import("./http/deletions.ts");
    return cancelInstall(this.#http, taskId, options);
  }

  /**
   * Waits until an installation ends.
   *
   * @throws {@link InstallFailedError}, {@link TimeoutError}, or the reason of an aborted signal.
   */
  async waitForInstallCompletion(taskId: string, options: InstallPollingOptions = {}): Promise<InstallTask> {
    return (await this.#waits()).waitForInstall(taskId, options);
  }

  /** {@link install}, then {@link waitForInstallCompletion}. */
  async installAndWait(
    name: string,
    version: string,
    options: InstallPollingOptions = {},
  ): Promise<{ taskId: string; task: InstallTask }> {
    return (await this.#waits()).installAndWait(name, version, options);
  }

  /** Loaded to install: most pages never do. */
  async #waits(): Promise<InstallWaits> {
    const { InstallWaits } = await import("./packages/install-waits.ts");
    return new InstallWaits(this.#http, this.#options, this);
  }
}
