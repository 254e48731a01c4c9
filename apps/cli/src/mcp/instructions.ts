/** What a model should know of the tools, beside their schemas. */
export function instructionsFor(directory: string | undefined): string {
  const files =
    directory === undefined
      ? "Files of a result are part of the answer, up to 1 MiB in total; larger ones are only named."
      : `Files of a result are saved in ${directory} and linked.`;
  return [
    "Each tool runs a block on a Connect server, and answers when the task has ended.",
    "An argument that is described as the path of a file takes an absolute path on the machine of this program, which uploads the file; a list of them takes several.",
    files,
    "Give integers of more than 15 digits as text.",
    "A call that is cancelled stops its task. A call may be made as a task of the protocol, whose result is kept for an hour.",
  ].join(" ");
}
