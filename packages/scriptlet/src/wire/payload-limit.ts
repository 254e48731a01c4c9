/** The engine exits on a larger packet (oocana-protocol 2); the rest is room for topic and header. */
export const maxPayloadBytes = 268_435_456 - 65_536;

export const tooLargeFor = (maxBytes: number): string =>
  `it has more than ${maxBytes} bytes, the engine's limit; pass a file instead`;
