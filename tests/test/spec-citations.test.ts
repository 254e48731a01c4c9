import { expect, test } from "vitest";
import {
  citationsIn,
  lostCitationsIn,
  ownReferencesIn,
  sectionsOf,
  trackedTexts,
} from "./helpers/spec-citations.ts";

const pages = ["connect-api", "oocana-protocol", "scriptlet-context"];
const sections = new Map(pages.map((page) => [page, sectionsOf(page)]));
const texts = trackedTexts();

test("every citation of docs/spec leads to a section, an item or a row", () => {
  const citations = texts.flatMap(({ file, text }) => citationsIn(text).map((cited) => ({ file, ...cited })));
  expect(citations.length).toBeGreaterThan(100);
  expect(citations.filter(({ page, section }) => !sections.get(page)?.has(section))).toEqual([]);
});

test.each(pages)("%s refers to sections that it has", (page) => {
  expect(ownReferencesIn(page).filter(({ section }) => !sections.get(page)?.has(section))).toEqual([]);
});

test("no comment names a page without a section, or a section without a page, and no file leads out of the repository", () => {
  const lost = texts.flatMap(({ file, text }) =>
    lostCitationsIn(file, text).map((found) => ({ file, found })),
  );
  expect(lost).toEqual([]);
});

test("control: a section that is not there is seen, and so is a page that is not there", () => {
  const page = "oocana-protocol";
  const cited = citationsIn(`// as ${page} 2.5, 9.2 #1, 6.9.2, 9.2 #40, 11 have it`);
  expect(cited.filter(({ section }) => !sections.get(page)?.has(section))).toEqual([
    { page, section: "9.2 #40" },
    { page, section: "11" },
  ]);
  expect(sectionsOf("no-such-page")).toEqual(new Set());
});

test("control: each form that leads nowhere is seen", () => {
  const [page, shared] = ["connect-api", "shared"];
  const forms = [
    `// see \`${page}.md\``,
    `// see ${page} below`,
    "// see section 3",
    " * so (9.1 #8)",
    `../${shared}/spec`,
  ];
  expect(forms.map((form) => lostCitationsIn("a.ts", form).length)).toEqual([1, 1, 1, 1, 1]);
  expect(lostCitationsIn("a.ts", "// by semver 2.0.0, section 11 (RFC 9110, 14)\nf(2.5);")).toEqual([]);
});
