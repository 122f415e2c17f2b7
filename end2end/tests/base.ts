// What every test holds a page to: nothing on the console, nothing refused by
// the content security policy, no violation that axe-core finds.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as plain, type Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';

export const test = plain.extend<{ quiet: void }>({
  baseURL: async ({}, use) => use(process.env.ROLLBOOK_URL!),
  quiet: [
    async ({ page }, use) => {
      const heard: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) heard.push(message.text());
      });
      page.on('pageerror', (error) => heard.push(String(error)));
      await use();
      // A page that answers 4xx on purpose is told on the console by the browser.
      // Without scripts nothing uses what was loaded ahead for them.
      const real = heard.filter((text) => !/status of (403|404|409)|preloaded using link preload/.test(text));
      expect(real).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** No violation that axe finds; it is a script itself and needs them. */
export async function accessible(page: Page) {
  if (test.info().project.use.javaScriptEnabled === false) return;
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)).toEqual([]);
}

export function kubectl(...words: string[]): string {
  return execFileSync(process.env.ROLLBOOK_KUBECTL!, ['--kubeconfig', process.env.ROLLBOOK_KUBECONFIG!, ...words], {
    encoding: 'utf8',
  });
}

/** The islands are awake. */
export async function awake(page: Page) {
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
}
