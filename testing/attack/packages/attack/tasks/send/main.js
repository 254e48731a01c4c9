/** Sends what is large, deep or much. */
const sends = {
  "a deep value": (context) => context.preview({ type: "json", data: deep(10_000) }),
  "a large value": (context) => context.preview({ type: "text", data: "x".repeat(15_000_000) }),
  "a value that is too large": (context) => context.preview({ type: "text", data: "x".repeat(40_000_000) }),
  "many logs": async (context) => {
    for (let index = 0; index < 20_000; index += 1)
      await context.reportLog(`line ${index} ${"x".repeat(200)}`);
  },
  "one long line": (context) => context.reportLog("x".repeat(10_000_000)),
};

export default async function ({ kind }, context) {
  await sends[kind](context);
}

function deep(levels) {
  let value = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}
