// What only scripts can: changes seen as they happen, keys, filters without a
// load.
import { accessible, awake, daemonSet, expect, feed, kubectl, serve, test } from './base';

test('a change is seen without a load @scripts', async ({ page }) => {
  await page.goto('/ns/kube-system/daemonsets/kube-proxy');
  await awake(page);
  kubectl('-n', 'kube-system', 'patch', 'ds', 'kube-proxy', '-p', '{"spec":{"template":{"metadata":{"annotations":{"seen":"live"}}}}}');
  await expect(page.getByRole('list', { name: 'Revision history' }).getByRole('link', { name: 'revision 2' })).toBeVisible();
});

test('a change is drawn around whoever reads, and ways back follow the connection @scripts', async ({ page }) => {
  const own = await serve('--record', test.info().outputPath('record.db'));
  const name = 'drawn';
  feed(daemonSet(name, 'agent:1', { nowhere: true }));
  const change = (tag: number) => kubectl('-n', 'storage', 'set', 'image', `ds/${name}`, `c=agent:${tag}`);
  const history = page.getByRole('list', { name: 'Revision history' });
  const row = (n: number) => history.getByRole('listitem').filter({ has: page.getByRole('link', { name: `revision ${n}`, exact: true }) });
  const table = page.getByRole('table', { name: 'ControllerRevisions' }).getByRole('row');
  try {
    await expect(async () => {
      expect((await page.goto(`${own.url}/ns/storage/daemonsets/${name}`))!.status()).toBe(200);
      await expect(row(1)).toBeVisible({ timeout: 500 });
    }).toPass();
    await awake(page);
    let loads = 0;
    page.on('load', () => (loads += 1));
    change(2);
    await expect(row(2)).toContainText('current');
    await expect(table).toHaveCount(3);
    await expect(page.getByRole('region', { name: 'Rollout' }).getByRole('img', { name: 'revision 2' })).toBeVisible();
    // A comparison leads elsewhere once another is current; whoever is on it stays.
    const held = row(2).getByRole('link', { name: 'Compare 2' });
    await held.focus();
    change(3);
    await expect(row(3)).toContainText('agent');
    await expect(held).toBeFocused();
    await expect(held).toHaveAttribute('href', /from=live/);
    // Ages count on between the changes.
    const age = table.nth(1).getByRole('cell').last();
    const then = await age.textContent();
    await expect(age).not.toHaveText(then!);
    // Keys find what came.
    await page.keyboard.press('x');
    await expect(row(2)).toHaveClass(/is-selected/);
    const back = row(1).getByRole('button', { name: 'Roll back to this: 1' });
    const then1 = page.getByRole('list', { name: 'Timeline' }).getByRole('link', { name: 'Roll back to what ran as 1' });
    for (const way of [back, then1]) {
      await expect(way).toHaveAttribute('href', /\/rollback\?to=/);
      await expect(way).not.toHaveAttribute('aria-disabled', 'true');
    }
    await back.focus();
    own.child.kill('SIGSTOP');
    for (const way of [back, then1]) {
      await expect(way).toHaveAttribute('aria-disabled', 'true');
      await expect(way).toHaveAccessibleDescription('Off while the page is not live.');
      await expect(way).not.toHaveAttribute('href');
    }
    await expect(back).toBeFocused();
    await page.keyboard.press('Enter');
    await page.keyboard.press('r');
    await accessible(page);
    own.child.kill('SIGCONT');
    await awake(page);
    for (const way of [back, then1]) {
      await expect(way).toHaveAttribute('href', /\/rollback\?to=/);
      await expect(way).not.toHaveAttribute('aria-disabled');
    }
    await expect(page.getByRole('button', { name: 'Roll back…' })).toHaveAccessibleDescription('Roll back to 2');
    expect(loads).toBe(0);
    kubectl('-n', 'storage', 'delete', 'ds', name);
    await expect(back).toHaveAccessibleDescription('Off: the workload no longer exists.');
    await expect(then1).toHaveAttribute('aria-disabled', 'true');
    await expect(row(3)).toBeVisible();
  } finally {
    own.child.kill('SIGCONT');
    await own.stop();
  }
});

test('the list is filtered as one types @scripts', async ({ page }) => {
  await page.goto('/');
  await awake(page);
  await page.getByRole('searchbox', { name: 'Filter workloads' }).fill('flu');
  await expect(page.getByRole('table', { name: 'DaemonSets' }).getByRole('row')).toHaveCount(2);
  await expect(page).toHaveURL(/\?q=flu$/);
  await page.getByRole('button', { name: /^Healthy/ }).click();
  await expect(page).toHaveURL(/verdict=healthy/);
});

test('a rollback is sent by keyboard alone @scripts', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/vector');
  await awake(page);
  await page.keyboard.press('r');
  await expect(page).toHaveURL(/\/rollback\?to=/);
  await awake(page);
  const send = page.getByRole('button', { name: 'Roll back now' });
  for (let i = 0; i < 40 && !(await send.evaluate((button) => button === document.activeElement)); i++) {
    await page.keyboard.press('Tab');
    if (await page.getByRole('textbox', { name: 'Reason' }).evaluate((field) => field === document.activeElement)) {
      await page.keyboard.type('by hand');
    }
  }
  await expect(send).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Successfully rolled out' })).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText('“by hand”')).toBeVisible();
});

test('two revisions are selected and compared by keyboard @scripts', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/vector');
  await awake(page);
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(page.getByRole('status').filter({ hasText: /^Revision \d+ is selected/ })).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(page).toHaveURL(/compare\?from=vector-\w+&to=vector-\w+$/);
});

test('the whole way by keyboard @scripts', async ({ page }) => {
  await page.goto('/?sort=name');
  await awake(page);
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: 'falco' })).toBeFocused();
  await page.keyboard.press('c');
  await expect(page.getByRole('heading', { level: 1, name: 'Compare revisions' })).toBeVisible();
  await page.goto('/?sort=name');
  await awake(page);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: 'fluentd' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'fluentd' })).toBeVisible();
  await awake(page);
  await page.keyboard.press('r');
  await expect(page).toHaveURL(/\/rollback\?to=/);
  await awake(page);
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await expect(page.getByRole('heading', { level: 1, name: 'Workloads' })).toBeVisible();
  await awake(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'All keys' })).toBeVisible();
});
