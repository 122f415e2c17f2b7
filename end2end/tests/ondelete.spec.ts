// OnDelete: nothing moves by itself. Which nodes wait, and the way through them,
// one after another.
import { type Page } from '@playwright/test';
import { accessible, awake, daemonSet, expect, feed, fits, kubectl, serve, test } from './base';

const of = (name: string) => `/ns/storage/daemonsets/${name}`;

/** A workload under OnDelete whose six pods are of `agent:1`, and its template of `image`. */
async function waiting(name: string, image: string) {
  const object = daemonSet(name, 'agent:1');
  feed({ ...object, spec: { ...object.spec, updateStrategy: { type: 'OnDelete' } } });
  const ready = () => kubectl('-n', 'storage', 'get', 'ds', name, '-o', 'jsonpath={.status.numberAvailable}');
  await expect.poll(ready).toBe('6');
  kubectl('-n', 'storage', 'set', 'image', `ds/${name}`, `c=${image}`);
}

/** The page, once it shows that all wait. */
async function open(page: Page, name: string) {
  await expect(async () => {
    await page.goto(`${of(name)}/replace`);
    await expect(page.getByRole('heading', { level: 2 }).first()).toHaveText('Template set. 0 of 6 nodes run it, 6 wait for you', { timeout: 1000 });
  }).toPass();
  // A page that only came to show it was loaded before the change, and says so.
  await page.goto(`${of(name)}/replace`);
}

const images = (name: string) => kubectl('-n', 'storage', 'get', 'pods', '-l', `app=${name}`, '-o', 'jsonpath={.items[*].spec.containers[0].image}').split(' ').sort();
const away = (name: string) => kubectl('-n', 'storage', 'delete', 'ds', name, '--wait=false');
const table = (page: Page) => page.getByRole('table', { name: 'Nodes on the old template' });

test('the workload leads to the nodes that wait', async ({ page }) => {
  await waiting('led-to', 'agent:2');
  await expect(async () => {
    await page.goto(of('led-to'));
    await expect(page.getByRole('link', { name: 'Replace old pods' })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await page.getByRole('link', { name: 'Replace old pods' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Replace old pods of led-to');
  await expect(page.getByRole('heading', { name: '6 nodes still run the old template' })).toBeVisible();
  await expect(table(page).getByRole('row')).toHaveCount(7);
  await expect(table(page).getByRole('row').nth(1)).toContainText('Old, available');
  await accessible(page);
  // A page that follows the change leads there too.
  await page.goto(`${of('led-to')}/progress`);
  await page.getByRole('link', { name: 'Replace old pods' }).click();
  await expect(page).toHaveURL(/\/replace$/);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    await fits(page);
    await accessible(page);
  }
  away('led-to');
});

test('a node at a time to the end @scripts', async ({ page }) => {
  const name = 'all-six';
  await waiting(name, 'agent:2');
  await open(page, name);
  await awake(page);
  let loads = 0;
  page.on('load', () => (loads += 1));
  const start = page.getByRole('button', { name: 'Select nodes first.' });
  await expect(start).toHaveAttribute('aria-disabled', 'true');
  // One node first, by its own button.
  const first = table(page).getByRole('row').nth(1);
  const node = (await first.getByRole('rowheader').textContent())!.trim();
  await page.getByRole('button', { name: `Delete pod on ${node}` }).click();
  await expect(page.getByText('Done: 1 of 1 replaced.').first()).toBeVisible();
  await expect(page.getByRole('heading', { name: '5 nodes still run the old template' })).toBeVisible();
  expect(images(name)).toEqual(['agent:1', 'agent:1', 'agent:1', 'agent:1', 'agent:1', 'agent:2']);
  // Then a zone, then all.
  await page.getByLabel('Select', { exact: true }).selectOption({ label: 'Zone eu-1b' });
  await expect(page.getByRole('button', { name: 'Delete 2 pods, one at a time' })).toBeVisible();
  await page.getByLabel('Select', { exact: true }).selectOption('all');
  await page.getByRole('button', { name: 'Delete 5 pods, one at a time' }).click();
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
  await expect(page.getByText('Done: 5 of 5 replaced.').first()).toBeVisible({ timeout: 45_000 });
  await expect(page.getByRole('log', { name: 'Node events' }).getByRole('listitem')).toHaveCount(10);
  // Each was waited for before the next.
  const lines = await page.getByRole('log', { name: 'Node events' }).getByRole('listitem').allTextContents();
  expect(lines.map((line) => (line.endsWith('new pod available') ? 'back' : 'gone'))).toEqual(Array(5).fill(['gone', 'back']).flat());
  await expect(page.getByText('No node runs an old pod')).toBeVisible();
  expect(new Set(images(name))).toEqual(new Set(['agent:2']));
  expect(loads).toBe(0);
  await accessible(page);
  away(name);
});

test('it stops at the first that fails, and when it is told to @scripts', async ({ page }) => {
  const name = 'stops-there';
  await waiting(name, 'agent:missing');
  await open(page, name);
  await awake(page);
  // What is ticked stays so while the table is drawn anew.
  const boxes = page.getByRole('checkbox');
  await boxes.nth(4).check();
  await boxes.nth(5).check();
  await page.getByLabel('At a time').fill('1');
  await page.getByRole('button', { name: 'Delete 2 pods, one at a time' }).click();
  const why = page.getByText(/^Stopped: the new pod on wk-eu1\S+ does not work\. /).first();
  await expect(why).toBeVisible({ timeout: 30_000 });
  await expect(why).toContainText(/ErrImagePull|ImagePullBackOff/);
  await expect(page.getByText(/1 node runs the new template and fails/)).toBeVisible();
  expect(images(name).filter((image) => image === 'agent:missing')).toHaveLength(1);
  await expect(page.getByRole('heading', { name: '5 nodes still run the old template' })).toBeVisible();
  await accessible(page);

  // A template that takes its time: stopped meanwhile, no other pod goes.
  kubectl('-n', 'storage', 'set', 'image', `ds/${name}`, 'c=agent:slow');
  const stale = page.getByRole('button', { name: /^Delete pod on/ });
  await stale.last().click();
  await expect(page.getByText('Stopped: the workload was changed since you began.').first()).toBeVisible();
  await expect(async () => {
    await page.goto(`${of(name)}/replace`);
    await expect(page.getByRole('heading', { name: '6 nodes still run the old template' })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await awake(page);
  await page.getByLabel('Select', { exact: true }).selectOption('all');
  await page.getByLabel('At a time').fill('2');
  await page.getByLabel('At a time').blur();
  await page.getByRole('button', { name: 'Delete 6 pods, 2 at a time' }).click();
  await expect(page.getByRole('log', { name: 'Node events' }).getByRole('listitem')).toHaveCount(2);
  await expect(page.getByRole('button', { name: /^Delete pod on/ }).first()).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('Stopped: 0 of 6 replaced. No more pods are deleted.').first()).toBeVisible();
  await expect(page.getByRole('heading', { name: '4 nodes still run the old template' })).toBeVisible();
  expect(images(name).filter((image) => image === 'agent:slow').length).toBeLessThanOrEqual(2);
  away(name);
});

test('a closed tab goes no further @scripts', async ({ page }) => {
  const name = 'closed-tab';
  await waiting(name, 'agent:slow');
  await open(page, name);
  await awake(page);
  await page.getByLabel('Select', { exact: true }).selectOption('all');
  await page.getByRole('button', { name: 'Delete 6 pods, one at a time' }).click();
  await expect(page.getByRole('log', { name: 'Node events' }).getByRole('listitem')).toHaveCount(1);
  await page.close();
  // Its one pod takes 30 s to be available; the next would have gone then.
  await expect.poll(() => kubectl('-n', 'storage', 'get', 'ds', name, '-o', 'jsonpath={.status.updatedNumberScheduled} {.status.numberAvailable}'), { timeout: 45_000 }).toBe('1 6');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(images(name).filter((image) => image === 'agent:slow')).toHaveLength(1);
  away(name);
});

test('without scripts each node has a button', async ({ page }) => {
  test.skip(test.info().project.use.javaScriptEnabled !== false, 'with scripts the tab drives it');
  const name = 'plain-button';
  await waiting(name, 'agent:2');
  await open(page, name);
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await expect(page.getByLabel('Select', { exact: true })).toBeHidden();
  const node = (await table(page).getByRole('row').nth(1).getByRole('rowheader').textContent())!.trim();
  await page.getByRole('button', { name: `Delete pod on ${node}` }).click();
  await expect(page).toHaveURL(new RegExp(`/replace[?]node=${node}$`));
  await expect(page.getByRole('status').filter({ hasText: node })).toBeVisible();
  // The page loads itself again while something moves.
  await expect(page.getByRole('status').filter({ hasText: `${node} has its new pod, and it is available.` })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('heading', { name: '5 nodes still run the old template' })).toBeVisible();
  expect(images(name).filter((image) => image === 'agent:2')).toHaveLength(1);
  away(name);
});

test('a server that only reads says so', async ({ page }) => {
  const own = await serve('--read-only');
  await page.goto(`${own.url}/ns/storage/daemonsets/longhorn-manager/replace`);
  await expect(page.getByText('This server was started read only.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Delete pod on/ }).first()).toHaveAttribute('aria-disabled', 'true');
  await accessible(page);
  await own.stop();
});
