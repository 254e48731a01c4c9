import { convertArrayToReadableStream, MockLanguageModelV4 } from "ai/test";

type Generated = Extract<
  NonNullable<ConstructorParameters<typeof MockLanguageModelV4>[0]>["doGenerate"],
  unknown[]
>[number];

const usage: Generated["usage"] = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};

/** A model that calls one tool, and says "Done." as soon as it has the tool's result; `prompts` is what it has been given. */
export function callingModel(toolName: string, input: unknown) {
  const call = { type: "tool-call" as const, toolCallId: "call-1", toolName, input: JSON.stringify(input) };
  const toolCalls = { unified: "tool-calls" as const, raw: undefined };
  const stop = { unified: "stop" as const, raw: undefined };
  const model = new MockLanguageModelV4({
    // It opens addresses itself.
    supportedUrls: { "*": [/^http:/] },
    doGenerate: [
      { content: [call], finishReason: toolCalls, usage, warnings: [] },
      { content: [{ type: "text", text: "Done." }], finishReason: stop, usage, warnings: [] },
    ],
    doStream: [
      {
        stream: convertArrayToReadableStream([call, { type: "finish", finishReason: toolCalls, usage }]),
      },
      {
        stream: convertArrayToReadableStream([
          { type: "text-start", id: "1" },
          { type: "text-delta", id: "1", delta: "Done." },
          { type: "text-end", id: "1" },
          { type: "finish", finishReason: stop, usage },
        ]),
      },
    ],
  });
  return {
    model,
    /** What the model has been given of the tool's result. */
    get toolResult(): unknown {
      const prompt = [...model.doGenerateCalls, ...model.doStreamCalls].at(-1)?.prompt ?? [];
      const parts = prompt.flatMap((message) => (message.role === "tool" ? message.content : []));
      return parts.find((part) => part.type === "tool-result")?.output;
    },
    /** The tools that the model has been told of. */
    get tools() {
      return [...model.doGenerateCalls, ...model.doStreamCalls][0]?.tools;
    },
  };
}
