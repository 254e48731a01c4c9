import { client } from "./connect.mjs";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Name a file: node send-file.mjs FILE");

const { result } = await client.tasks.run(
  { blockId: "pkg::file-processor", files: [file] },
  {
    onUploadProgress: ({ phase, loaded, total }) => console.log(`${phase}: ${loaded} of ${total} bytes`),
  },
);
console.log(result);
