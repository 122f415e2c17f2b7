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

test('the whole way by keyboard @scripts', async ({ page }) => {
  await page.goto('/?sort=name');
  await awake(page);
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: 'falco' })).toBeFocused();
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
