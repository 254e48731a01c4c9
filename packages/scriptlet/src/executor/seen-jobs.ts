/** A very old job is not sent again; a session of millions must not fill the memory with their ids. */
const rememberedJobs = 10_000;

/** Tells new jobs from repeated ones: the engine sends each job until it is accepted. */
export class SeenJobs {
  readonly #ids = new Set<string>();

  /** True the first time that a job is named. */
  add(jobId: string): boolean {
    if (this.#ids.has(jobId)) return false;
    this.#ids.add(jobId);
    if (this.#ids.size > rememberedJobs) {
      const [oldest = jobId] = this.#ids;
      this.#ids.delete(oldest);
    }
    return true;
  }
}
