// States that a workload, a revision or a rollout can be in, and how each is told.
import { accessible, awake, daemonSet, expect, feed, fits, kubectl, serve, test } from './base';

const ledger = 'Revision history';

test('a rollout that does not move is stuck, first in the list, and says since when', async ({ page }) => {
  const own = await serve('--stuck-after', '2s');
  try {
    await expect(async () => {
      await page.goto(`${own.url}/ns/security/daemonsets/falco`);
      await expect(page.getByRole('heading', { level: 2, name: 'Stuck: ImagePullBackOff on 3 nodes' })).toBeVisible({ timeout: 1000 });
    }).toPass();
    await expect(page.getByRole('region', { name: 'Rollout' })).toContainText(/No node finished in the .* that Rollbook has watched/);
    await expect(page).toHaveTitle('falco: Stuck: ImagePullBackOff on 3 nodes · Rollbook');
    await accessible(page);
    await page.goto(own.url);
    await expect(page).toHaveTitle('Workloads: 1 stuck · Rollbook');
    await expect(page.getByRole('group', { name: 'Filter by verdict' }).getByRole('button', { name: /^Stuck/ })).toBeVisible();
    await expect(page.getByRole('table', { name: 'DaemonSets' }).getByRole('row').nth(1)).toContainText('falco');
    await page.goto(`${own.url}/ns/security/daemonsets/falco/progress`);
    await expect(page.getByRole('heading', { level: 2, name: 'Stuck: ImagePullBackOff on 3 nodes' })).toBeVisible();
    await accessible(page);
  } finally {
    await own.stop();
  }
});

test('with OnDelete the template is set and nodes wait', async ({ page }) => {
  await page.goto('/ns/storage/daemonsets/longhorn-manager/progress');
  await expect(page.getByRole('heading', { level: 2, name: /^Template set\. \d of 6 nodes run it$/ })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Rollback steps' })).toContainText('Pods deleted by hand');
  await accessible(page);
});

test('a restart is marked, and is no version to go back to', async ({ page }) => {
  await page.goto('/ns/monitoring/daemonsets/node-exporter');
  await expect(page.getByRole('list', { name: ledger }).getByText('restart only')).toBeVisible();
  await page.goto('/ns/monitoring/daemonsets/node-exporter/rollback');
  await expect(page.getByRole('list', { name: 'Summary of changes' }).getByText('Image')).toBeVisible();
});

test('numbers that are gone stay in the history as gaps', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/vector');
  const rows = page.getByRole('list', { name: ledger }).getByRole('listitem');
  await expect(rows.filter({ hasText: 'No longer in Kubernetes' }).first()).toBeVisible();
  await expect(page.getByText(/\d numbers? gone/)).toBeVisible();
});

test('a revision that cannot be read is listed and cannot be gone back to', async ({ page }) => {
  const project = test.info().project.name;
  const name = `odd-${project}`;
  const labels = { app: name };
  feed(daemonSet(name, 'i:1', { nowhere: true }));
  const uid = kubectl('-n', 'storage', 'get', 'ds', name, '-o', 'jsonpath={.metadata.uid}');
  feed({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-x`,
      namespace: 'storage',
      labels: { ...labels, 'controller-revision-hash': 'x' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true }],
    },
    revision: 0,
    data: { spec: { template: { spec: { password: 'not-a-real-password' } } } },
  });
  const row = page.getByRole('list', { name: ledger }).getByRole('listitem').filter({ hasText: 'cannot be read' });
  await expect(async () => {
    await page.goto(`/ns/storage/daemonsets/${name}`);
    await expect(row).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(row.getByRole('button', { name: /Roll back/ })).toHaveCount(0);
  await row.getByRole('link', { name: 'Open raw' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'cannot be read' })).toBeVisible();
  expect(await page.content()).not.toContain('not-a-real-password');
  await accessible(page);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - navigation "Breadcrumb"
    - heading /^Revision 0 of odd-/ [level=1]
    - region "cannot be read":
      - heading "cannot be read" [level=2]
      - paragraph: /^The stored data is not a pod template/
  `);
  await expect(page.getByRole('main').getByRole('button', { name: /Roll back/ })).toHaveCount(0);
  expect((await page.goto(`/ns/storage/daemonsets/${name}/rollback?to=${name}-x`))!.status()).toBe(422);
  await expect(page.getByRole('heading', { name: 'cannot be read' })).toBeVisible();
  kubectl('-n', 'storage', 'delete', 'ds', name);
});

test.describe('a person who reads Chinese', () => {
  test.use({ locale: 'zh-CN' });
  test('each page is Chinese but for the words of Kubernetes', async ({ page }) => {
    test.slow();
    const fluentd = '/ns/logging/daemonsets/fluentd';
    for (const [path, heading] of [
      ['/', '工作负载'],
      [fluentd, 'fluentd'],
      [`${fluentd}/compare`, '对比修订版本'],
      [`${fluentd}/rollback`, /^将 fluentd 回滚到 \d+ 的模板$/],
      [`${fluentd}/progress`, 'fluentd'],
      ['/nowhere', '页面不存在'],
      ['/ns/logging/daemonsets/nobody', '没有这个 DaemonSet'],
    ] as [string, string | RegExp][]) {
      await page.goto(path);
      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
      await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
      const words = await page.locator('main').innerText();
      expect(words).not.toMatch(/\b(the|this|changed|added|Reason|Checks|Compare|nodes)\b/);
      await accessible(page);
    }
  });
});

test.describe('a system that is dark', () => {
  test.use({ colorScheme: 'dark' });
  test('the first click makes it light, and it stays', async ({ page }) => {
    await page.goto('/?q=flu');
    await expect(page.getByRole('link', { name: 'Switch to dark theme' })).toBeHidden();
    await page.getByRole('link', { name: 'Switch to light theme' }).click();
    await expect(page).toHaveURL(/\?q=flu$/);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    await page.goto('/ns/logging/daemonsets/fluentd');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    await page.getByRole('link', { name: 'Switch to dark theme' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  });
});

test('a choice of language keeps the filters that were made meanwhile @scripts', async ({ page }) => {
  await page.goto('/');
  await awake(page);
  await page.getByRole('searchbox', { name: 'Filter workloads' }).fill('flu');
  await expect(page).toHaveURL(/\?q=flu$/);
  await page.getByRole('link', { name: '切换到中文' }).click();
  await expect(page).toHaveURL(/\?q=flu$/);
  await expect(page.getByRole('heading', { level: 1, name: '工作负载' })).toBeVisible();
});

test('keys can be switched off, and never fire in a field @scripts', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/fluentd');
  await awake(page);
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Jump to a workload' })).toBeFocused();
  await page.keyboard.type('rcj?');
  await expect(page.getByRole('searchbox', { name: 'Jump to a workload' })).toHaveValue('rcj?');
  await page.getByRole('searchbox', { name: 'Jump to a workload' }).blur();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'All keys' });
  await expect(help).toBeVisible();
  await accessible(page);
  await help.getByRole('checkbox', { name: 'Single-letter keys' }).uncheck();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await page.keyboard.press('r');
  await page.keyboard.press('/');
  await page.keyboard.press('?');
  await expect(help).toBeHidden();
  await expect(page.getByRole('searchbox', { name: 'Jump to a workload' })).not.toBeFocused();
  await expect(page).toHaveURL(/daemonsets\/fluentd$/);
  // It lasts, and the way back is a button.
  await page.goto('/');
  await awake(page);
  await page.keyboard.press('?');
  await page.getByRole('button', { name: 'All keys' }).press('Enter');
  await expect(help.getByRole('checkbox', { name: 'Single-letter keys' })).not.toBeChecked();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(page.getByRole('button', { name: 'All keys' })).toBeFocused();
  await page.goto('/ns/logging/daemonsets/fluentd');
  await awake(page);
  await page.getByRole('button', { name: 'All keys' }).click();
  await help.getByRole('checkbox', { name: 'Single-letter keys' }).check();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await page.keyboard.press('c');
  await expect(page.getByRole('heading', { level: 1, name: 'Compare revisions' })).toBeVisible();
});

test('keys have a button on every page, and none where nothing would answer', async ({ page }) => {
  const scripts = test.info().project.use.javaScriptEnabled !== false;
  const fluentd = '/ns/logging/daemonsets/fluentd';
  for (const path of ['/', '/then', '/images', fluentd, `${fluentd}/compare`, `${fluentd}/rollback`, `${fluentd}/progress`, '/nowhere']) {
    await page.goto(path);
    await expect(page.getByRole('button', { name: 'All keys' })).toHaveCount(scripts ? 1 : 0);
  }
});

test('where the page is narrow the button is below what it shows @scripts', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/ns/logging/daemonsets/fluentd');
  await awake(page);
  await fits(page);
  // Nothing that stays in its place covers it.
  await page.getByRole('contentinfo').getByRole('button', { name: 'All keys' }).click();
  await expect(page.getByRole('dialog', { name: 'All keys' })).toBeVisible();
});

test.describe('a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  test('it has no keys to tell of', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1, name: 'Workloads' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'All keys' })).toBeHidden();
  });
});
