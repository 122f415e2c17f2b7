// What every test holds a page to: nothing on the console, nothing refused by
// the content security policy, no violation that axe-core finds.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as plain, type Page } from '@playwright/test';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

// What a browser says of pages that answer 4xx on purpose: of the address that
// was gone to, never of a script or a style.
const answered = /status of (400|403|404|409|410|422)/;
// What it says of files that were loaded ahead and not used soon: without scripts
// never, on a busy machine late.
const early = /preloaded using link preload/;

// Servers that a test has stopped: what an open page still fetches is refused.
const stopped = new Set<string>();

export const test = plain.extend<{ quiet: void; expected: RegExp | undefined }>({
  // What the console may say besides, with the address it says it of, because
  // the test causes it.
  expected: [undefined, { option: true }],
  baseURL: async ({}, use) => use(process.env.ROLLBOOK_URL!),
  quiet: [
    async ({ page, expected }, use) => {
      const heard: { text: string; url: string }[] = [];
      const gone = new Set<string>();
      page.on('request', (request) => {
        if (request.isNavigationRequest() && request.frame() === page.mainFrame()) gone.add(request.url());
      });
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) heard.push({ text: message.text(), url: message.location().url });
      });
      page.on('pageerror', (error) => heard.push({ text: String(error), url: '' }));
      await use();
      const refused = ({ text, url }: { text: string; url: string }) => text.includes('ERR_CONNECTION_REFUSED') && url !== '' && stopped.has(new URL(url).origin);
      const bad = heard.filter((one) => !early.test(one.text) && !(answered.test(one.text) && gone.has(one.url)) && !refused(one));
      expect(bad.map(({ text, url }) => `${text} ${url}`).filter((line) => !expected?.test(line))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** No violation that axe finds; it is a script itself and needs them. */
export async function accessible(page: Page) {
  if (test.info().project.use.javaScriptEnabled === false) return;
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)).toEqual([]);
}

export function kubectl(...words: string[]): string {
  return execFileSync(process.env.ROLLBOOK_KUBECTL!, ['--kubeconfig', process.env.ROLLBOOK_KUBECONFIG!, ...words], {
    encoding: 'utf8',
  });
}

/** Creates an object. */
export function feed(object: unknown) {
  execFileSync(process.env.ROLLBOOK_KUBECTL!, ['--kubeconfig', process.env.ROLLBOOK_KUBECONFIG!, 'create', '-f', '-'], {
    input: JSON.stringify(object),
  });
}

/** A DaemonSet with one container `c`; with `nowhere` no node should run it. */
export function daemonSet(name: string, image: string, { namespace = 'storage', nowhere = false } = {}) {
  const labels = { app: name };
  const spec = { containers: [{ name: 'c', image }], ...(nowhere && { nodeSelector: { none: 'here' } }) };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

/** The islands are awake. */
export async function awake(page: Page) {
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
}

/** The page fits its width: nothing is reached by scrolling sideways. */
export async function fits(page: Page) {
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= window.innerWidth) return [];
    const out = [...document.querySelectorAll('main *')].filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1);
    // What makes it wide is told: the innermost elements.
    const inner = out.filter((element) => !out.some((other) => element !== other && element.contains(other)));
    return inner.length ? inner.map((element) => `${element.tagName} ${element.className} in ${element.parentElement!.className}`) : ['something'];
  });
  expect([...new Set(wide)]).toEqual([]);
}

/** A server of one's own on the same cluster; with `--patient` it is not waited for. */
export async function serve(...words: string[]): Promise<{ url: string; child: ChildProcess; stop: () => Promise<number | null> }> {
  const kubeconfig = words.includes('--kubeconfig') ? [] : ['--kubeconfig', process.env.ROLLBOOK_KUBECONFIG!];
  const patient = words.includes('--patient');
  const own = words.filter((word) => word !== '--patient');
  const child = spawn(process.env.ROLLBOOK_BIN!, [...kubeconfig, '--port', '0', ...own], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ROLLBOOK_RECORD: 'none', ...process.env, RUST_LOG: 'error' },
  });
  const line: string = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  const url = line.match(/http:\S+/)![0].replace(/\/$/, '');
  // Until then every page says that it is starting.
  for (let i = 0; !patient && i < 100 && (await fetch(url)).status === 503; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = () => {
    stopped.add(url);
    child.kill('SIGTERM');
    return ended;
  };
  return { url, child, stop };
}

/** Sends a signal to a process of the cluster. */
export function signal(component: string, name: 'SIGSTOP' | 'SIGCONT') {
  const clusters = join(dirname(process.env.ROLLBOOK_KUBECONFIG!), 'work', 'clusters');
  const pid = readFileSync(join(clusters, readdirSync(clusters)[0], 'pids', `${component}.pid`), 'utf8');
  process.kill(Number(pid.trim()), name);
}
