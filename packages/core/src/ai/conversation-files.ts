import type { UploadSource } from "../transport/upload-source.ts";
import { bytesOfBase64 } from "./base64.ts";
import type { ToolFileInputs } from "./tool-options.ts";

/** A file as a message contains it. */
interface MessageFile {
  name: string | undefined;
  mediaType: string | undefined;
  data: unknown;
}

/** Files that the messages of a conversation contain, whoever has put them there. */
export function conversationFiles<Source>(): ToolFileInputs<Source> {
  return {
    description:
      'The name of a file in this conversation, which is uploaded; or its number in order, "1" for the first, if it has none.',
    // Every client takes core's sources, besides its own.
    open: (text, { messages }) => openFile(text, messages) as Source,
  };
}

function openFile(text: string, messages: readonly { content: unknown }[]): UploadSource {
  const files = messages.flatMap(filesOfMessage);
  const named = files.findLastIndex(({ name }) => name === text);
  const index = named >= 0 ? named : /^\d{1,9}$/.test(text) ? Number(text) - 1 : -1;
  const file = files[index];
  if (!file) throw new Error(noSuchFile(text, files));
  const data = contentOf(file.data);
  if (data === undefined) {
    throw new Error(
      `The content of the file ${quoted(text)} is not in the conversation, only a reference to it.`,
    );
  }
  const name = file.name ?? nameOf(index, file.mediaType);
  return { name, data, ...(file.mediaType?.includes("/") && { type: file.mediaType }) };
}

/** Those of users and models, and those that tools have returned. */
function filesOfMessage({ content }: { content: unknown }): MessageFile[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown): MessageFile[] => {
    const { type, filename, mediaType, data, image, output } = Object(part);
    const name = textOf(filename);
    if (type === "file") return [{ name, mediaType: textOf(mediaType), data }];
    if (type === "image") return [{ name, mediaType: textOf(mediaType), data: image }];
    return type === "tool-result" ? filesOfMessage({ content: Object(output).value }) : [];
  });
}

/** In each of the forms that a message may have it in; nothing if it is only referred to. */
function contentOf(data: unknown): Uint8Array<ArrayBuffer> | string | undefined {
  if (data instanceof Uint8Array) return new Uint8Array(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (data instanceof URL) return contentOfAddress(data.href);
  if (typeof data === "string") return data.includes(":") ? contentOfAddress(data) : bytesOfBase64(data);
  const tagged = Object(data);
  if (tagged.type === "data") return contentOf(tagged.data);
  if (tagged.type === "url") return contentOfAddress(String(tagged.url));
  return tagged.type === "text" ? textOf(tagged.text) : undefined;
}

/** Only of an address that has the content in it: whoever wrote another one would choose what is opened here. */
function contentOfAddress(address: string): Uint8Array<ArrayBuffer> | undefined {
  const [start] = /^data:[^,]*;base64,/i.exec(address) ?? [];
  return start === undefined ? undefined : bytesOfBase64(address.slice(start.length));
}

function nameOf(index: number, mediaType: string | undefined): string {
  const [, extension] = /^\w+\/(\w+)$/.exec(mediaType ?? "") ?? [];
  return `file-${index + 1}${extension === undefined ? "" : `.${extension}`}`;
}

function noSuchFile(text: string, files: readonly MessageFile[]): string {
  const names = files.slice(0, 20).map(({ name }, index) => (name === undefined ? index + 1 : quoted(name)));
  const known = names.length === 0 ? "It has none." : `It has ${names.join(", ")}.`;
  return `There is no file ${quoted(text)} in this conversation. ${known}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
