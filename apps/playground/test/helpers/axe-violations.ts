import type { Page } from "playwright-core";

/** What axe, which the page has loaded already, finds in it: each rule with the elements that break it. */
export function axeViolations(page: Page, options: object = {}): Promise<[id: string, elements: string[]][]> {
  return page.evaluate(
    async (run) => {
      const { violations } = await Reflect.get(window, "axe").run(document, run);
      return violations.map((one: { id: string; nodes: { html: string }[] }) => [
        one.id,
        one.nodes.map((node) => node.html),
      ]);
    },
    { iframes: false, ...options },
  );
}
