/** The records of a CSV text (RFC 4180); the first one is usually the header. */
export interface CsvRecords {
  count: number;
  /** Read only when it is asked for: of millions a person looks at a few. */
  at(index: number): readonly string[];
}

export function readCsv(text: string): CsvRecords {
  const starts: number[] = [];
  for (let position = 0; position < text.length; position = endOfRecord(text, position))
    starts.push(position);
  // All cells of a row are asked for one after the other.
  let last: { index: number; fields: readonly string[] } | undefined;
  return {
    count: starts.length,
    at(index) {
      const start = starts[index];
      if (start === undefined) return [];
      if (last?.index !== index) last = { index, fields: fieldsAt(text, start) };
      return last.fields;
    },
  };
}

function endOfRecord(text: string, start: number): number {
  let position = endOfField(text, start);
  while (text[position] === ",") position = endOfField(text, position + 1);
  return position + (text.startsWith("\r\n", position) ? 2 : 1);
}

function fieldsAt(text: string, start: number): string[] {
  const fields: string[] = [];
  for (let position = start; ; position += 1) {
    const end = endOfField(text, position);
    fields.push(fieldText(text, position, end));
    position = end;
    if (text[position] !== ",") return fields;
  }
}

function endOfField(text: string, start: number): number {
  return nextDelimiter(text, text[start] === '"' ? closingQuote(text, start) + 1 : start);
}

/** What stands between a closing quote and the end of the field belongs to nothing. */
function fieldText(text: string, start: number, end: number): string {
  if (text[start] !== '"') return text.slice(start, end);
  return text.slice(start + 1, closingQuote(text, start)).replaceAll('""', '"');
}

/** The end of the text if there is none. */
function closingQuote(text: string, start: number): number {
  for (let position = start + 1; ; position += 2) {
    position = text.indexOf('"', position);
    if (position < 0) return text.length;
    if (text[position + 1] !== '"') return position;
  }
}

function nextDelimiter(text: string, start: number): number {
  let end = start;
  while (end < text.length && text[end] !== "," && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return end;
}
