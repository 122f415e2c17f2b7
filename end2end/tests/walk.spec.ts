// The walk of the Kubernetes page on DaemonSet rollback, in the browser, with
// kubectl as witness.
import { accessible, expect, kubectl, test } from './base';

test('the list shows every DaemonSet and what state it is in', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1, name: 'Workloads' })).toBeVisible();
  const table = page.getByRole('table', { name: 'DaemonSets' });
  await expect(table.getByRole('link', { name: 'fluentd' })).toBeVisible();
  await expect(table.getByRole('row', { name: /nvidia-device-plugin/ })).toContainText('No nodes match');
  await expect(table.getByRole('row', { name: /longhorn-manager/ })).toContainText('OnDelete');
  await expect(table.getByRole('row', { name: /tetragon/ })).toContainText('Argo CD');
  await accessible(page);
});

test('filters stand in the address', async ({ page }) => {
  await page.goto('/?namespace=logging&sort=name');
  const rows = page.getByRole('table', { name: 'DaemonSets' }).getByRole('row');
  await expect(rows).toHaveCount(3);
  await page.goto('/?q=zzz');
  await expect(page.getByText('Nothing matches “zzz”')).toBeVisible();
});

test('without scripts the form keeps the verdict that was chosen', async ({ browser }) => {
  const page = await browser.newPage({ javaScriptEnabled: false, baseURL: process.env.ROLLBOOK_URL });
  await page.goto('/?verdict=healthy');
  await page.getByRole('combobox', { name: 'Namespace' }).selectOption('logging');
  const apply = page.getByRole('button', { name: 'Apply' });
  // The first one is for whoever presses Enter and is not seen.
  await expect(apply).toHaveCount(2);
  await apply.last().click();
  await expect(page).toHaveURL(/[?&]namespace=logging&.*verdict=healthy/);
  await expect(page.getByRole('button', { name: /^Healthy/ })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('searchbox', { name: 'Filter workloads' }).fill('flu');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/verdict=healthy.*[?&]q=flu/);
  await page.close();
});

test('going back to one made it three, and the ledger says so', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/fluentd');
  await expect(page.getByRole('heading', { level: 1, name: 'fluentd' })).toBeVisible();
  const ledger = page.getByRole('list', { name: 'Revision history' });
  await expect(ledger.getByText('Rolled back to the template of 1')).toBeVisible();
  await expect(ledger.getByText('Kubernetes renumbered 1 to 3: revisions only move forward.')).toBeVisible();
  await expect(ledger.getByText('The number 1 no longer exists. The same template lives on as 3.')).toBeVisible();
  await accessible(page);
});

test('two revisions can be compared without showing secrets', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/fluentd');
  await page.getByRole('button', { name: 'Compare revisions' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Compare revisions' })).toBeVisible();
  const summary = page.getByRole('list', { name: 'Summary of changes' });
  await expect(summary).toContainText('1.16.2');
  await expect(summary).toContainText('1.17.0');
  await expect(page.getByRole('table', { name: 'YAML diff' })).toContainText('hidden, 21 characters');
  expect(await page.content()).not.toContain('not-a-real-password');
  await accessible(page);
  await page.getByRole('button', { name: 'Split' }).click();
  await expect(page).toHaveURL(/layout=split/);
  const halves = await page.locator('.diff-split tr:not(.fold) td.cd').evaluateAll((cells) => cells.slice(0, 2).map((cell) => cell.getBoundingClientRect().width));
  expect(Math.abs(halves[0] - halves[1])).toBeLessThan(2);
  expect(halves[0]).toBeGreaterThan(400);
  await accessible(page);
});

test('one revision is readable whole', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/fluentd');
  await page.getByRole('list', { name: 'Revision history' }).getByRole('link', { name: /^revision \d+$/ }).last().click();
  await expect(page.getByRole('heading', { level: 1, name: /^Revision \d+ of fluentd$/ })).toBeVisible();
  await expect(page.getByText('FLUENT_BUFFER_PATH').first()).toBeVisible();
  expect(await page.content()).not.toContain('not-a-real-password');
  await accessible(page);
});

test('a rollback is one click and is watched to its end', async ({ page }) => {
  const namespace = 'logging';
  const name = 'fluentd';
  await page.goto(`/ns/${namespace}/daemonsets/${name}`);
  const before = Number(kubectl('-n', namespace, 'get', 'ds', name, '-o', 'jsonpath={.metadata.generation}'));
  const back = page.getByRole('button', { name: 'Roll back…' });
  await expect(back).toHaveAccessibleDescription(/^Roll back to \d+$/);
  await back.click();
  await expect(page.getByRole('heading', { level: 1, name: /Roll back fluentd to the template of \d+/ })).toBeVisible();
  await expect(page.getByText('Server dry run accepted')).toBeVisible();
  await accessible(page);
  await page.getByRole('textbox', { name: 'Reason' }).fill('INC-2207 <b>it broke</b>');
  await page.getByRole('button', { name: 'Roll back now' }).click();
  await expect(page).toHaveURL(new RegExp(`progress\\?generation=${before + 1}$`));
  await expect(page.getByRole('heading', { name: 'Successfully rolled out' })).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText('daemon set "fluentd" successfully rolled out')).toBeVisible();
  await accessible(page);
  const status = kubectl('-n', namespace, 'rollout', 'status', `ds/${name}`, '--timeout=30s');
  expect(status).toContain('successfully rolled out');
  const history = kubectl('-n', namespace, 'rollout', 'history', `ds/${name}`);
  const numbers = history.split('\n').map((line) => line.split(/\s+/)[0]).filter((n) => /^\d+$/.test(n));
  await page.goto(`/ns/${namespace}/daemonsets/${name}`);
  for (const number of numbers) {
    await expect(page.getByRole('link', { name: `revision ${number}`, exact: true })).toBeVisible();
  }
  const ledger = page.getByRole('list', { name: 'Revision history' });
  await expect(ledger.getByText('“INC-2207 <b>it broke</b>”')).toBeVisible();
  const events = kubectl('-n', namespace, 'get', 'events', '-o', 'jsonpath={.items[*].reason}');
  expect(events).toContain('RolledBack');
});

test('a change between look and click is not overwritten', async ({ page }) => {
  await page.goto('/ns/monitoring/daemonsets/node-exporter/rollback');
  kubectl('-n', 'monitoring', 'patch', 'ds', 'node-exporter', '-p', '{"spec":{"minReadySeconds":1}}');
  await page.getByRole('button', { name: 'Roll back now' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'The rollback was not sent' })).toContainText('was changed since you looked');
  await accessible(page);
  const image = kubectl('-n', 'monitoring', 'get', 'ds', 'node-exporter', '-o', 'jsonpath={..image}');
  expect(image).toContain('v1.9.0');
  kubectl('-n', 'monitoring', 'patch', 'ds', 'node-exporter', '-p', '{"spec":{"minReadySeconds":0}}');
});

test('what is not there is explained', async ({ page }) => {
  const answer = await page.goto('/ns/logging/daemonsets/nobody');
  expect(answer!.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'No such DaemonSet' })).toBeVisible();
  await accessible(page);
  expect((await page.goto('/nowhere'))!.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await accessible(page);
  expect((await page.goto('/ns/logging/daemonsets/fluentd/progress?generation=soon'))!.status()).toBe(400);
  await page.goto('/ns/logging/daemonsets/fluentd/progress?generation=999');
  await expect(page.getByRole('heading', { name: 'Generation 999 has not been seen yet' })).toBeVisible();
  await expect(page.getByText('successfully rolled out')).toHaveCount(0);
});

test('Chinese from the first page on', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: '切换到中文' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '工作负载' })).toBeVisible();
  await page.getByRole('link', { name: 'fluentd' }).click();
  await expect(page.getByRole('list', { name: '修订历史' })).toBeVisible();
  await accessible(page);
});
