import type {
  Applet,
  CreateTaskResponse,
  GetInstallTaskResponse,
  GetTaskLogsResponse,
  GetTaskResponse,
  InstallPackageResponse,
  InstallTask,
  ListInstallTasksResponse,
  ListPackagesResponse,
  ListTasksResponse,
  ServerBlock,
  Task,
  TaskLog,
} from "@oomol/connect-core";
import type {
  appletsAnswerSchema,
  blockSchema,
  blocksAnswerSchema,
  createTaskAnswerSchema,
  DataOf,
  installAnswerSchema,
  installTaskAnswerSchema,
  installTaskSchema,
  installTasksAnswerSchema,
  logsAnswerSchema,
  packagesAnswerSchema,
  taskAnswerSchema,
  taskLogSchema,
  taskSchema,
  tasksAnswerSchema,
} from "@oomol/connect-core/wire";
import { describe, expectTypeOf, test } from "vitest";
import type { Http } from "../src/http/http.ts";

/** The fields that a type names, without "any other". */
type Named<Type> = keyof {
  [Key in keyof Type as string extends Key ? never : Key]: true;
};

/** What a schema does not check: `unknown` is promised to nobody. */
type Promised<Type> = { [Key in Named<Type>]-?: unknown extends Type[Key] ? never : Key }[Named<Type>];

/** The fields that a public type promises and its schema does not check; none should be. */
type Unchecked<Public, Checked> = Exclude<Promised<Public>, Named<Checked>>;

describe("a schema lets through what the public type promises", () => {
  test("for each noun", () => {
    expectTypeOf<DataOf<typeof blockSchema>>().toExtend<ServerBlock>();
    expectTypeOf<DataOf<typeof taskSchema>>().toExtend<Task>();
    expectTypeOf<DataOf<typeof taskLogSchema>>().toExtend<TaskLog>();
    expectTypeOf<DataOf<typeof installTaskSchema>>().toExtend<InstallTask>();
    expectTypeOf<DataOf<typeof appletsAnswerSchema>>().toExtend<Applet[]>();
  });

  test("for each answer", () => {
    expectTypeOf<DataOf<typeof blocksAnswerSchema>>().toExtend<{ blocks: ServerBlock[] }>();
    expectTypeOf<DataOf<typeof tasksAnswerSchema>>().toExtend<ListTasksResponse>();
    expectTypeOf<DataOf<typeof taskAnswerSchema>>().toExtend<GetTaskResponse>();
    expectTypeOf<DataOf<typeof createTaskAnswerSchema>>().toExtend<CreateTaskResponse>();
    expectTypeOf<DataOf<typeof logsAnswerSchema>>().toExtend<GetTaskLogsResponse>();
    expectTypeOf<DataOf<typeof packagesAnswerSchema>>().toExtend<ListPackagesResponse>();
    expectTypeOf<DataOf<typeof installAnswerSchema>>().toExtend<InstallPackageResponse>();
    expectTypeOf<DataOf<typeof installTaskAnswerSchema>>().toExtend<GetInstallTaskResponse>();
    expectTypeOf<DataOf<typeof installTasksAnswerSchema>>().toExtend<ListInstallTasksResponse>();
  });
});

test("no public type promises a field that its schema leaves unchecked", () => {
  expectTypeOf<Unchecked<ServerBlock, DataOf<typeof blockSchema>>>().toBeNever();
  expectTypeOf<Unchecked<Task, DataOf<typeof taskSchema>>>().toBeNever();
  expectTypeOf<Unchecked<TaskLog, DataOf<typeof taskLogSchema>>>().toBeNever();
  expectTypeOf<Unchecked<InstallTask, DataOf<typeof installTaskSchema>>>().toBeNever();
  expectTypeOf<Unchecked<Applet, DataOf<typeof appletsAnswerSchema>[number]>>().toBeNever();
  expectTypeOf<Unchecked<Applet["data"], DataOf<typeof appletsAnswerSchema>[number]["data"]>>().toBeNever();
  expectTypeOf<Unchecked<GetTaskResponse, DataOf<typeof taskAnswerSchema>>>().toBeNever();
  expectTypeOf<Unchecked<CreateTaskResponse, DataOf<typeof createTaskAnswerSchema>>>().toBeNever();
  expectTypeOf<Unchecked<GetTaskLogsResponse, DataOf<typeof logsAnswerSchema>>>().toBeNever();
  expectTypeOf<Unchecked<InstallPackageResponse, DataOf<typeof installAnswerSchema>>>().toBeNever();
  expectTypeOf<Unchecked<GetInstallTaskResponse, DataOf<typeof installTaskAnswerSchema>>>().toBeNever();
  expectTypeOf<Unchecked<ListInstallTasksResponse, DataOf<typeof installTasksAnswerSchema>>>().toBeNever();
  // Control: this is how a field shows that a schema forgot.
  expectTypeOf<
    Unchecked<{ a: string; b: number }, { a: string; [field: string]: unknown }>
  >().toEqualTypeOf<"b">();
});

test("the data of a call are those of its schema, whatever the caller would like", async () => {
  const http = {} as Http;
  const schema = {} as typeof blocksAnswerSchema;
  const { data } = await http.call({ method: "GET", path: "/v1/blocks", isIdempotent: true, schema });
  expectTypeOf(data.blocks).toExtend<ServerBlock[]>();
  // @ts-expect-error a list of blocks is no task
  const task: Task = data;
  expectTypeOf(task).toBeObject();
});
