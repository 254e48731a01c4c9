import { isSvg } from "@oomol/connect-shared/is-svg";

/** Bytes that a format begins with, by their place; `_` stands for any byte. */
const signatures: [extension: string, offset: number, bytes: string][] = [
  [".png", 0, "\x89PNG"],
  [".jpg", 0, "\xff\xd8\xff"],
  [".gif", 0, "GIF8"],
  [".webp", 0, "RIFF____WEBP"],
  [".bmp", 0, "BM"],
  [".tiff", 0, "II*\0"],
  [".tiff", 0, "MM\0*"],
  [".ico", 0, "\0\0\x01\0"],
  [".avif", 4, "ftypavi"],
  [".heic", 4, "ftyphe"],
  [".m4a", 4, "ftypM4A"],
  [".mov", 4, "ftypqt"],
  [".mp4", 4, "ftyp"],
  [".webm", 0, "\x1aE\xdf\xa3"],
  [".wav", 0, "RIFF____WAVE"],
  [".avi", 0, "RIFF____AVI"],
  [".mp3", 0, "ID3"],
  [".mp3", 0, "\xff\xfb"],
  [".mp3", 0, "\xff\xf3"],
  [".mp3", 0, "\xff\xf2"],
  [".aac", 0, "\xff\xf1"],
  [".aac", 0, "\xff\xf9"],
  [".flac", 0, "fLaC"],
  [".ogg", 0, "OggS"],
];

/** So many bytes tell the format. */
export const headBytes = 512;

/** The extension of a picture, a sound or a film, by the first bytes of its file; empty if they tell nothing. */
export function mediaExtension(head: Uint8Array): string {
  const found = signatures.find(([, offset, bytes]) =>
    Array.from(bytes).every((byte, index) => byte === "_" || head[offset + index] === byte.charCodeAt(0)),
  );
  if (found !== undefined) return found[0];
  return isSvg(new TextDecoder().decode(head)) ? ".svg" : "";
}
