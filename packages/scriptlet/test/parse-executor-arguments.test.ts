import { expect, test } from "vitest";
import { MissingArgumentError, parseExecutorArguments } from "../src/executor/parse-executor-arguments.ts";

const needed = ["--session-id", "007", "--address", "127.0.0.1:1", "--session-dir", "/s", "--tmp-dir", "/t"];

test("strings stay strings", () => {
  expect(parseExecutorArguments([...needed, "--identifier", "1e3", "--package", "./p"])).toEqual({
    sessionId: "007",
    address: "127.0.0.1:1",
    sessionDir: "/s",
    tmpDir: "/t",
    identifier: "1e3",
    packagePath: "./p",
  });
});

test("debug arguments, stray values and unknown flags are passed over", () => {
  const debug = ["--enable-source-maps", "9230", "--inspect-wait=9231", "--later-flag", "value"];
  expect(parseExecutorArguments([...needed, ...debug, "--package", "/p"])).toMatchObject({
    packagePath: "/p",
    inspectPort: 9231,
  });
});

test("values may follow an equals sign, and may look like flags", () => {
  expect(parseExecutorArguments([...needed, "--identifier=a=b"]).identifier).toBe("a=b");
  expect(parseExecutorArguments([...needed, "--package", "--odd"]).packagePath).toBe("--odd");
});

test("names the argument that is missing", () => {
  expect(() => parseExecutorArguments(needed.slice(2))).toThrow(MissingArgumentError);
  expect(() => parseExecutorArguments(needed.slice(2))).toThrow("--session-id");
});
