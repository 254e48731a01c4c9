/** The fields of a WAV file with a plain 44-byte header, and how loud and long its sound is. */
export function readWav(content: Buffer) {
  const header = {
    riff: content.toString("latin1", 0, 4),
    riffBytes: content.readUInt32LE(4),
    wave: content.toString("latin1", 8, 12),
    format: content.toString("latin1", 12, 16),
    formatBytes: content.readUInt32LE(16),
    encoding: content.readUInt16LE(20),
    channels: content.readUInt16LE(22),
    samplesPerSecond: content.readUInt32LE(24),
    bytesPerSecond: content.readUInt32LE(28),
    bytesPerSample: content.readUInt16LE(32),
    bitsPerSample: content.readUInt16LE(34),
    data: content.toString("latin1", 36, 40),
    dataBytes: content.readUInt32LE(40),
  };
  let peak = 0;
  for (let offset = 44; offset + 1 < content.length; offset += 2) {
    peak = Math.max(peak, Math.abs(content.readInt16LE(offset)));
  }
  return { header, peak, durationSeconds: header.dataBytes / header.bytesPerSecond };
}
