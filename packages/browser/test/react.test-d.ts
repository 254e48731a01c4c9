import { useBlocks, useRun, useUpload } from "@oomol/connect-browser/react";
import type { Block } from "@oomol/connect-core";
import { expectTypeOf, test } from "vitest";

declare module "@oomol/connect-core" {
  interface BlockRegistry {
    "typed::speak": { inputs: { text: string; speed?: number }; outputs: { audio: string } };
  }
}

test("a registered block has its inputs checked and its result typed", () => {
  const { start, result, status } = useRun("typed::speak");
  expectTypeOf(result).toEqualTypeOf<{ audio: string } | undefined>();
  expectTypeOf(status).extract<"idle">().toEqualTypeOf<"idle">();
  expectTypeOf(start({ text: "a", speed: 2 })).resolves.toEqualTypeOf<{ audio: string } | undefined>();
  // @ts-expect-error a number is no text
  void start({ text: 1 });
  // @ts-expect-error the block has no such input for a file
  void useUpload("typed::speak").send({ voice: new Blob() });
});

test("any other block takes anything", () => {
  const { start, result } = useRun("other::block");
  void start({ anything: 1 });
  // biome-ignore lint/suspicious/noExplicitAny: that is what the type is
  expectTypeOf(result).toEqualTypeOf<Record<string, any> | undefined>();
  expectTypeOf(useBlocks().blocks).toEqualTypeOf<readonly Block[] | undefined>();
});
