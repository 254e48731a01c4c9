// A program that makes a request, closes nothing and has nothing more to do: it must exit by itself.
import { OomolConnectClient } from "@oomol/connect-node";

await new OomolConnectClient({ baseUrl: process.argv[2] ?? "" }).tasks.list();
