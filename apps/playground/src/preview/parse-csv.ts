/** The records of a CSV text (RFC 4180); the first one is usually the header. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let position = 0;
  while (position < text.length) {
    const field = readField(text, position);
    record.push(field.value);
    position = field.end;
    if (text[position] === ",") {
      position += 1;
      if (position < text.length) continue;
      record.push("");
    }
    position += text.startsWith("\r\n", position) ? 2 : 1;
    records.push(record);
    record = [];
  }
  return records;
}

function readField(text: string, start: number): { value: string; end: number } {
  if (text[start] !== '"') {
    const end = nextDelimiter(text, start);
    return { value: text.slice(start, end), end };
  }
  let value = "";
  let position = start + 1;
  for (;;) {
    const quote = text.indexOf('"', position);
    if (quote < 0) return { value: value + text.slice(position), end: text.length };
    value += text.slice(position, quote);
    if (text[quote + 1] !== '"') return { value, end: nextDelimiter(text, quote + 1) };
    value += '"';
    position = quote + 2;
  }
}

function nextDelimiter(text: string, start: number): number {
  let end = start;
  while (end < text.length && text[end] !== "," && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return end;
}
