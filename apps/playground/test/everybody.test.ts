import { source as axe } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chinese } from "../src/i18n/chinese.ts";
import { english } from "../src/i18n/english.ts";
import { chinese as chineseStatus, english as englishStatus } from "../src/operators/words.ts";
import { axeViolations } from "./helpers/axe-violations.ts";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, untilStatus } from "./helpers/page-actions.ts";

// The states of the app beside its plain pages: in Chinese, by keyboard alone, and for assistive technology.
let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

type Words = typeof english;

/** What a page is brought into, in either language. */
const states: [name: string, route: string, reach: (page: Page, words: Words) => Promise<unknown>][] = [
  ["the list", "#/", (page, words) => page.getByText(words.welcomeTitle).waitFor()],
  [
    "the packages",
    "#/packages",
    (page, words) => page.getByRole("heading", { name: words.installTitle }).waitFor(),
  ],
  [
    "the status",
    "#/status",
    (page, words) => page.getByRole("heading", { name: words.serverStatus, level: 1 }).waitFor(),
  ],
  [
    "a form with problems",
    routeOf("show::form"),
    async (page, words) => {
      await page.getByRole("button", { name: words.run }).click();
      await page
        .getByText(words.problem({ code: "required" }))
        .first()
        .waitFor();
    },
  ],
  [
    "a form inside a form, with problems",
    routeOf("show::nested"),
    async (page, words) => {
      await page.getByRole("button", { name: words.addTo("tags") }).click();
      await page.getByRole("button", { name: words.run }).click();
      await page
        .getByText(words.problem({ code: "required" }))
        .first()
        .waitFor();
    },
  ],
  [
    "a finished run, in the history",
    routeOf("audio-lab::text-to-audio"),
    async (page, words) => {
      await page.getByRole("textbox", { name: "text", exact: true }).fill("12");
      await page.getByRole("button", { name: words.run }).click();
      await untilStatus(page, "completed");
      await page.getByRole("button", { name: words.history }).click();
      await page.locator(".history-list [aria-current=page] .pill[data-status=completed]").waitFor();
    },
  ],
  [
    "a failed run",
    routeOf("show::broken"),
    async (page, words) => {
      await page.getByRole("textbox", { name: "seconds" }).fill("1");
      await page.getByRole("button", { name: words.run }).click();
      await untilStatus(page, "failed");
      await page.getByText(words.whatWentWrong).waitFor();
    },
  ],
  [
    "the settings",
    "#/",
    async (page, words) => {
      await page.getByRole("button", { name: words.settings }).click();
      await page.getByRole("dialog").waitFor();
    },
  ],
  [
    "no block found",
    "#/",
    async (page, words) => {
      await page.getByRole("searchbox").fill("zzz");
      await page.getByText(words.noBlockFound("zzz")).waitFor();
    },
  ],
  [
    "an unknown block",
    routeOf("a::b"),
    (page, words) => page.getByText(words.unknownBlock, { exact: true }).waitFor(),
  ],
];

test.for([
  ["the app", english, chinese],
  ["the status", englishStatus, chineseStatus],
] as const)(
  "both languages have the same sentences for %s, and none is empty or the same",
  ([, english, chinese]) => {
    const flat = (words: object): [string, unknown][] =>
      Object.entries(words).flatMap(([key, value]) =>
        typeof value === "object"
          ? flat(value).map(([inner, text]): [string, unknown] => [`${key}.${inner}`, text])
          : [[key, value]],
      );
    const theirs = new Map(flat(chinese));
    expect([...theirs.keys()].sort()).toEqual(
      flat(english)
        .map(([key]) => key)
        .sort(),
    );
    for (const [key, value] of flat(english)) {
      expect(typeof theirs.get(key), key).toBe(typeof value);
      if (typeof value !== "string" || key === "appName") continue;
      expect(theirs.get(key), key).not.toBe(value);
      expect(theirs.get(key), key).not.toBe("");
    }
  },
);

test.for(states)("in Chinese nothing of %s is left in English", async ([, route, reach]) => {
  await using opened = await playground.openPage(route, { locale: "zh-CN" });
  await reach(opened.page, chinese);
  expect(await opened.page.evaluate(englishWords, [ofBlocks, knownNames])).toEqual([]);
});

test.for(states)("axe has nothing against %s, nor the console", async ([, route, reach]) => {
  for (const colorScheme of ["light", "dark"] as const) {
    const options = { colorScheme, reducedMotion: "reduce", bypassCSP: true } as const;
    await using opened = await playground.openPage(route, options);
    await reach(opened.page, english);
    await opened.page.evaluate(axe);
    const violations = await axeViolations(opened.page);
    expect(violations, colorScheme).toEqual([]);
    expect(opened.complaints).toEqual([]);
  }
});

test.for([
  "#/",
  "#/packages",
  "#/status",
  routeOf("show::form"),
  routeOf("show::nested"),
  routeOf("pkg::file-processor"),
])("Tab reaches everything on %s, and shows where it is", async (route) => {
  await using opened = await playground.openPage(route);
  const { page } = opened;
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("link", { name: /Text to audio/ }).waitFor();
  const wanted = await page.evaluate(markStops);
  expect(wanted).toBeGreaterThan(10);
  const unseen: string[] = [];
  for (let step = 0; step < wanted + 5; step += 1) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(noteStop);
    if (name) unseen.push(name);
  }
  expect(unseen).toEqual([]);
  expect(
    await page.evaluate(() => [...document.querySelectorAll("[data-stop]")].map((one) => one.outerHTML)),
  ).toEqual([]);
});

test("a block is found, filled in, run, stopped and looked up again without a mouse", async () => {
  await using opened = await playground.openPage();
  const { page } = opened;
  await page.getByRole("link", { name: /Slow/ }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("slow");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Slow", level: 1 }).waitFor();
  await page.getByRole("textbox", { name: "seconds" }).focus();
  await page.keyboard.press("Control+Enter");
  await untilStatus(page, "running");
  await page.getByRole("button", { name: "Stop" }).focus();
  await page.keyboard.press("Enter");
  await untilStatus(page, "stopped");
  await page.getByRole("button", { name: "Settings" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Settings");
});

/** Words of blocks, of code and of the machine, which no language of ours changes. */
const ofBlocks = [
  ...["code", "pre", "kbd", ".kbd", ".tile", ".brand strong", "[lang=en]", ".version", "script", "style"],
  ...[".row-title", ".row-note", ".group-title", "h1", ".block-header .lead", ".package-list", "option"],
  ...[
    ".field label[for^=input-]",
    ".nested > legend > span:first-child",
    ".field-note[id^=input-]",
    ".field-type",
    "[role=tab]",
    "textarea",
    ".result-file",
    ".log",
  ],
].join(", ");

/** Ids, handles and terms of the fixtures and of the API; `zzz` is what is searched for. */
const knownNames =
  "API|Authorization|TypeScript|Webhook|zzz|audio-lab::text-to-audio|audio-lab|pkg|words|show::\\w+|show|a::b|speed|seconds|layers|tags|tint";

/** Latin words that a person would read or hear, but for the names in `known`. */
function englishWords([exceptions = "", known = ""]: readonly string[]): string[] {
  const isEnglish = (text: string) => /[A-Za-z]{3,}/.test(text.replaceAll(new RegExp(known, "g"), ""));
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent ?? "";
    if (node.parentElement?.closest(exceptions) === null && isEnglish(text)) found.push(text);
  }
  for (const element of document.body.querySelectorAll("[aria-label], [placeholder], [title]")) {
    for (const name of ["aria-label", "placeholder", "title"]) {
      const text = element.getAttribute(name) ?? "";
      if (element.closest(exceptions) === null && isEnglish(text)) found.push(`${name}: ${text}`);
    }
  }
  return found;
}

function markStops(): number {
  const stops = document.querySelectorAll<HTMLElement>(
    "a[href], button, input, select, textarea, [tabindex='0']",
  );
  let count = 0;
  for (const stop of stops) {
    if (stop.tabIndex < 0 || !stop.checkVisibility() || stop.hasAttribute("disabled")) continue;
    stop.dataset.stop = "";
    count += 1;
  }
  return count;
}

/** The name of what has the focus and does not show it. */
function noteStop(): string | undefined {
  const stop = document.activeElement;
  if (!(stop instanceof HTMLElement) || stop === document.body) return undefined;
  delete stop.dataset.stop;
  const isShown = [stop, stop.parentElement, stop.closest(".search, .drop, .segments label")].some(
    (element) => {
      const style = element && getComputedStyle(element);
      return style && (style.outlineStyle !== "none" || style.boxShadow !== "none");
    },
  );
  return isShown ? undefined : stop.outerHTML.slice(0, 200);
}
