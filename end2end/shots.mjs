// Pictures of every page of the demo's story, or those of the README. Started
// by `cargo xtask shots`, which sets the environment.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { need, serve, sleep } from './bench/tools.mjs';
import { palette } from './palette.mjs';

const { chromium } = createRequire(import.meta.url)('@playwright/test');
const folder = need('SHOTS_FOLDER');
const fluentd = '/ns/logging/daemonsets/fluentd';
const falco = '/ns/security/daemonsets/falco';

/** The pages, by the name of their picture. */
async function pages(url) {
  const response = await fetch(`${url}/api/history?namespace=logging&name=fluentd`);
  if (!response.ok) throw new Error(`fluentd of the demo's story is not there: ${response.status}`);
  const history = await response.json();
  const current = history.revisions.find((revision) => revision.current).name;
  const other = history.previousDifferent;
  return {
    workloads: '/',
    'workloads-filtered': '/?q=falco',
    daemonset: fluentd,
    'daemonset-stuck': falco,
    'daemonset-ondelete': '/ns/storage/daemonsets/longhorn-manager',
    'daemonset-pruned': '/ns/logging/daemonsets/vector',
    'daemonset-nodes': `${falco}?view=table#nodes`,
    'daemonset-put-back': '/ns/security/daemonsets/tetragon',
    revision: `${fluentd}/revisions/${current}`,
    compare: `${fluentd}/compare?from=${other}&to=${current}`,
    'compare-split': `${fluentd}/compare?from=${other}&to=${current}&layout=split`,
    rollback: `${fluentd}/rollback?to=${other}`,
    'rollback-ondelete': '/ns/storage/daemonsets/longhorn-manager/rollback',
    progress: `${fluentd}/progress?generation=${history.generation}`,
    'progress-stuck': `${falco}/progress`,
    then: '/then?span=1h',
    images: '/images',
    'images-found': '/images?q=fluentd',
    'not-found': '/ns/logging/daemonsets/no-such-workload',
  };
}

async function open(browser, url, options) {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  await page.evaluate(() => document.fonts.ready);
  return page;
}

async function everyPage(browser, url) {
  let count = 0;
  const all = Object.entries(await pages(url)).map(([name, path]) => [name, path, 'en-GB']);
  for (const [name, path] of [...all].filter(([name]) => name.startsWith('daemonset'))) all.push([`${name}-zh`, path, 'zh-CN']);
  for (const [name, path, locale] of all) {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1440, 1024, 390]) {
        const viewport = { width, height: width === 390 ? 844 : 900 };
        const page = await open(browser, url + path, { colorScheme, viewport, locale });
        // As tall as the page: what is fixed to the bottom then lies there.
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
        await page.context().close();
        count += 1;
      }
    }
  }
  console.error(`  ${count} pictures in ${folder}`);
}

/** Each of the README: its page, the size of the window, and where the picture ends if not with it. */
async function inReadme(url) {
  const { compare, revision, rollback, then } = await pages(url);
  const [wide, low, high] = [880, 600, 1070].map((height) => ({ viewport: { width: 1200, height } }));
  const phone = { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true };
  const section = (name) => `main section:has(h2:text-is("${name}"))`;
  return [
    { name: 'workloads', path: '/', options: wide, last: 'main' },
    { name: 'stuck', path: falco, options: wide, last: '#findings' },
    { name: 'history', path: fluentd, options: wide, last: section('Revision history') },
    { name: 'compare', path: compare, options: { ...wide, colorScheme: 'dark' } },
    { name: 'rollback', path: rollback, options: wide },
    { name: 'then', path: then, options: low, first: section('What changed') },
    { name: 'revision', path: revision, options: high },
    { name: 'phone', path: '/', options: phone },
    { name: 'phone-history', path: fluentd, options: { ...phone, colorScheme: 'dark' }, first: section('Revision history') },
    // It goes back: whatever else is shown was taken before.
    { name: 'progress', path: rollback, options: { ...low, colorScheme: 'dark' }, before: underWay },
  ];
}

/** Goes back, and waits until some nodes have it and some have not. */
async function underWay(page) {
  await page.getByRole('button', { name: 'Roll back now' }).click();
  await page.getByRole('list', { name: 'Rollback steps' }).getByText(/^(9|1\d) of 24$/).waitFor();
}

/** Those of the README: as wide as it shows them, with few colours. */
async function readme(browser, url) {
  for (const { name, path, options, first, last, before } of await inReadme(url)) {
    const page = await open(browser, url + path, { colorScheme: 'light', ...options });
    await before?.(page);
    const top = first ? (await page.locator(first).boundingBox()).y - 12 : 0;
    await page.evaluate((top) => scrollTo(0, top), top);
    const end = last && (await page.locator(last).boundingBox());
    const { width, height } = options.viewport;
    const clip = end && { x: 0, y: 0, width, height: Math.ceil(end.y + end.height) };
    const picture = palette(await page.screenshot({ clip, fullPage: !!clip }));
    writeFileSync(join(folder, `${name}.png`), picture);
    console.error(`  ${join(folder, `${name}.png`)}: ${(picture.length / 1000).toFixed(0)} kB`);
    await page.context().close();
  }
}

mkdirSync(folder, { recursive: true });
const own = process.env.SHOTS_URL ? undefined : await serve();
const browser = await chromium.launch({
  executablePath: process.env.ROLLBOOK_CHROMIUM || undefined,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--hide-scrollbars'],
});
try {
  const url = own?.url ?? process.env.SHOTS_URL.replace(/\/$/, '');
  // What the story leaves moving comes to rest.
  if (own) await sleep(5000);
  await (process.env.SHOTS_README ? readme : everyPage)(browser, url);
} finally {
  await browser.close();
  await own?.stop();
}
