import type { AttackInput, AttackKind } from "../attack-kind.ts";

/** A form with files of such names, as bytes: libraries would make them harmless. */
function upload(fileNames: readonly string[], quote = (name: string) => `filename="${name}"`): string {
  const part = (disposition: string, content: string) =>
    `--limit\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
  const files = fileNames.map((name) => part(`name="files"; ${quote(name)}`, "x"));
  return `${part('name="manifest"', "attack::none")}${files.join("")}--limit--\r\n`;
}

const sent = (name: string, body: () => string): AttackInput => ({
  name,
  async send(target) {
    const status = await target.status("/v1/tasks", {
      method: "POST",
      headers: { "Content-Type": "multipart/form-data; boundary=limit" },
      body: body(),
    });
    return status >= 400 && status < 500 ? undefined : `it was answered with ${status}`;
  },
});

const lengths = [255, 1_024, 1_025, 8_000, 20_000, 70_000, 200_000];
const strange = [
  "..",
  "../../x",
  "..\\..\\x",
  "/etc/passwd",
  "C:\\x",
  "con",
  "nul.txt",
  "a\0b",
  "a\nb",
  ".",
  "",
  " ",
  "\u202egpj.exe",
  "\ud800",
];

export const names: AttackKind = {
  name: "names of uploads",
  inputs: [
    ...lengths.map((length) => sent(`${length} characters`, () => upload(["x".repeat(length)]))),
    ...lengths.map((length) =>
      sent(`${length} characters with dots`, () => upload([".a".repeat(length / 2)])),
    ),
    ...lengths.map((length) => sent(`${length} bytes of Chinese`, () => upload(["语".repeat(length / 3)]))),
    ...strange.map((name) => sent(JSON.stringify(name), () => upload([name]))),
    sent("30 long names", () => upload(Array.from({ length: 30 }, () => "é".repeat(4_000)))),
    sent("a name with 8,000 percent signs", () =>
      upload(["%41".repeat(8_000)], (name) => `filename*=UTF-8''${name}`),
    ),
    sent(
      "a part without an end",
      () => `--limit\r\nContent-Disposition: form-data; name="files"; filename="${"x".repeat(100_000)}`,
    ),
  ],
};
