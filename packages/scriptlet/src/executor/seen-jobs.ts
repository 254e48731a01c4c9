/** A job of so long ago is not sent again; a session of millions must not fill the memory with their ids. */
const rememberedJobs = 10_000;

/** Tells new jobs from those that have come before: the engine sends each until it hears that the job is taken. */
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
