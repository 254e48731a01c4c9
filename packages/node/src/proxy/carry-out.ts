import { createTask } from "./create-task.ts";
import { followTasks } from "./follow-tasks.ts";
import { type Handling, passJson } from "./handling.ts";
import { installPackage } from "./install-package.ts";
import { listApplets, listBlocks, listPackages, listTasks } from "./listings.ts";
import type { OperationName, ProxyOperation } from "./operation.ts";
import { passFile, passStream } from "./pass-answer.ts";
import { passUpload, startUpload } from "./pass-upload.ts";
import type { Route } from "./routes.ts";
import { callUpstream } from "./upstream.ts";

/** Carries out a request, once the app allows it. A body must be read first to know what it asks for. */
export async function carryOut(handling: Handling): Promise<Response> {
  const { route } = handling;
  if (route.name === "tasks.create") return createTask(handling);
  if (route.name === "packages.install") return installPackage(handling);
  if (route.name === "tasks.follow") return followTasks(handling);
  if (route.name === "uploads.start") return startUpload(handling);
  await handling.authorize(operationOf(route, route.name));
  return answers[route.name](handling);
}

type NamedByPath = Exclude<
  OperationName,
  "tasks.create" | "tasks.follow" | "uploads.start" | "packages.install"
>;

function operationOf({ taskId = "", filePath = "" }: Route, name: NamedByPath): ProxyOperation {
  switch (name) {
    case "tasks.getFile":
      return { name, taskId, path: filePath };
    case "uploads.resume":
    case "uploads.delete":
      return { name, uploadId: taskId };
    case "tasks.get":
    case "tasks.getLogs":
    case "tasks.stop":
    case "packages.getInstallTask":
      return { name, taskId };
    default:
      return { name };
  }
}

const answers: Record<NamedByPath, (handling: Handling) => Promise<Response>> = {
  "blocks.list": listBlocks,
  "tasks.list": listTasks,
  "tasks.get": passTask,
  "tasks.stop": passAnswer,
  "tasks.getLogs": passLogs,
  "tasks.getFile": passTaskFile,
  "uploads.resume": passUpload,
  "uploads.delete": passUpload,
  "packages.list": listPackages,
  "packages.listInstallTasks": passAnswer,
  "packages.getInstallTask": passAnswer,
  "applets.list": listApplets,
};

function passAnswer(handling: Handling): Promise<Response> {
  const { options, request, call } = handling;
  return callUpstream(options, request, call, (response) => passJson(handling, response));
}

/** As one answer or as events; a server without event streams answers the task as JSON. */
function passTask(handling: Handling): Promise<Response> {
  const { options, request, call } = handling;
  return callUpstream(options, request, call, (response) =>
    response.headers.get("content-type")?.startsWith("text/event-stream")
      ? passStream(response, "text/event-stream", request.signal)
      : passJson(handling, response),
  );
}

function passLogs({ options, request, call }: Handling): Promise<Response> {
  return callUpstream(options, request, call, (response) =>
    passStream(response, "application/json", request.signal),
  );
}

function passTaskFile({ options, request, call }: Handling): Promise<Response> {
  return callUpstream(options, request, call, (response) => passFile(response, request.signal));
}
