import { expect, test } from "vitest";
import { authorTraceback } from "../src/engine/author-traceback.ts";

const executor = `  File "/usr/lib/python3/site-packages/python_executor/block.py", line 180, in run_block
    result = fn(*args)
             ^^^^^^^^^
`;
const own = `  File "/packages/snake/main.py", line 3, in main
    helper()
    ~~~~~~^^
  File "/packages/snake/oocana_helper.py", line 7, in helper
    raise ValueError("x")
`;
const head = "Traceback (most recent call last):\n";

test("frames of the executor and of the import are hidden, those of the block stay", () => {
  const imported = `  File "<frozen importlib._bootstrap>", line 488, in _call_with_frames_removed\n`;
  const sdk = `  File "/usr/lib/python3/site-packages/oocana/context.py", line 9, in output\n    raise TypeError("y")\n`;
  expect(authorTraceback(`${head}${executor}${own}ValueError: x\n`)).toBe(`${head}${own}ValueError: x\n`);
  expect(authorTraceback(`${head}${executor}${imported}${own}${sdk}TypeError: y`)).toBe(
    `${head}${own}TypeError: y`,
  );
  const again = "  [Previous line repeated 996 more times]\n";
  expect(authorTraceback(`${head}${executor}${own}${again}RecursionError: z`)).toBe(
    `${head}${own}${again}RecursionError: z`,
  );
});

test("on Windows alike", () => {
  const frame = (file: string) => `  File "C:\\py\\${file}.py", line 9, in f\n    f()\n`;
  const inside = ["python_executor\\block", "oocana\\context"].map(frame).join("");
  expect(authorTraceback(`${head}${inside}${frame("snake\\main")}ValueError: x`)).toBe(
    `${head}${frame("snake\\main")}ValueError: x`,
  );
});

test("folders of an author that are called as the executor's are stay", () => {
  const frame = (file: string) => `  File "/packages/${file}.py", line 9, in f\n    f()\n`;
  const inside = ["oocana/main", "mine/python_executor/tool", "mine/oocana/context"].map(frame).join("");
  expect(authorTraceback(`${head}${executor}${inside}ValueError: x`)).toBe(`${head}${inside}ValueError: x`);
});

test("each of the tracebacks of a failure and its cause is told", () => {
  const between = "\nDuring handling of the above exception, another exception occurred:\n\n";
  const text = `${head}${own}ValueError: x\n${between}${head}${executor}${own}KeyError: 'k'\n`;
  expect(authorTraceback(text)).toBe(`${head}${own}ValueError: x\n${between}${head}${own}KeyError: 'k'\n`);
});

test("a mistake in the block's syntax keeps its place, which is no frame", () => {
  const place = `  File "/packages/snake/main.py", line 2\n    def main(:\n             ^\nSyntaxError: invalid syntax\n`;
  expect(authorTraceback(`${head}${executor}${place}`)).toBe(`${head}${place}`);
});

test.each([
  "no traceback",
  `${head}  File "<frozen importlib._bootstrap>", line 488, in f\n${own}of a program that the block ran`,
  `${head}${executor}ValueError: x\n`,
  `${head}half of a`,
])("%j stays as it is", (text) => {
  expect(authorTraceback(text)).toBe(text);
});
