/** Deeper than the engine sends a value, and less than the stack is. */
const deepest = 200;

/**
 * JSON of a value, the first `longest` characters or a little more: takes no longer than they do, however large or deep the value is.
 * What is left out is `…`.
 */
export function shortJson(
  value: unknown,
  longest: number,
  indentation = 2,
): { text: string; isCut: boolean } {
  let text = "";
  let isCut = false;
  const isFull = () => text.length >= longest;

  const lineBreak = (level: number) => {
    if (indentation > 0) text += `\n${" ".repeat(indentation * level)}`;
  };
  const leaveOut = () => {
    isCut = true;
    text += "…";
  };
  const writeAll = <Item>(
    [opening, closing]: string,
    items: Iterable<Item>,
    level: number,
    one: (item: Item) => void,
  ) => {
    text += opening;
    let isFirst = true;
    for (const item of items) {
      if (!isFirst) text += ",";
      lineBreak(level + 1);
      isFirst = false;
      if (isFull()) {
        leaveOut();
        break;
      }
      one(item);
    }
    if (!isFirst) lineBreak(level);
    text += closing;
  };
  const write = (item: unknown, level: number) => {
    if (typeof item === "string") writeString(item);
    else if (typeof item !== "object" || item === null) text += JSON.stringify(item) ?? "null";
    else if (level > deepest) leaveOut();
    else if (Array.isArray(item)) writeAll("[]", item, level, (one) => write(one, level + 1));
    else {
      writeAll("{}", Object.keys(item), level, (name) => {
        writeString(name);
        text += indentation > 0 ? ": " : ":";
        write((item as Record<string, unknown>)[name], level + 1);
      });
    }
  };
  const writeString = (item: string) => {
    const room = Math.max(0, longest - text.length);
    if (item.length <= room) text += JSON.stringify(item);
    else {
      text += JSON.stringify(item.slice(0, room));
      leaveOut();
    }
  };

  write(value, 0);
  return { text, isCut };
}

/** All of it, in lines; a value so deep or large that no text holds it is cut. */
export function wholeJson(value: unknown): string {
  try {
    return JSON.stringify(value, null, 2) ?? "null";
  } catch {
    return shortJson(value, largestText).text;
  }
}

/** In characters. */
const largestText = 10_000_000;
