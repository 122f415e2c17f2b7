// What only scripts can: changes seen as they happen, keys, filters without a
// load.
import { awake, expect, kubectl, test } from './base';

test('a change is seen without a load @scripts', async ({ page }) => {
  await page.goto('/ns/kube-system/daemonsets/kube-proxy');
  await awake(page);
  kubectl('-n', 'kube-system', 'patch', 'ds', 'kube-proxy', '-p', '{"spec":{"template":{"metadata":{"annotations":{"seen":"live"}}}}}');
  await expect(page.getByRole('list', { name: 'Revision history' }).getByRole('link', { name: 'revision 2' })).toBeVisible();
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
