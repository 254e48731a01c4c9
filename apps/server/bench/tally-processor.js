// The block of the bench as BullMQ calls it: with a job, in a sandbox.
import tally from "../test/fixtures/tally/tasks/tally/main.js";

export default async ({ data }) => tally(data);
