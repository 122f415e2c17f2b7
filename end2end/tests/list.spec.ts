// The list while the cluster changes, and its filters by the mouse.
import { awake, daemonSet, expect, feed, kubectl, test } from './base';

const name = 'zz-restless';

/** A healthy workload of one's own: the last of the list, until it changes. */
function settle() {
  feed(daemonSet(name, 'i:1'));
  kubectl('-n', 'storage', 'rollout', 'status', `ds/${name}`, '--timeout=30s');
}

for (const way of ['pointer', 'focus'] as const) {
  test(`while the ${way} rests on the table no row jumps, and a button re-sorts @scripts`, async ({ page }) => {
    settle();
    try {
      await page.goto('/');
      await awake(page);
      const rows = page.getByRole('table', { name: 'DaemonSets' }).getByRole('row').filter({ has: page.getByRole('link') });
      const order = () => rows.getByRole('link').allTextContents();
      const own = rows.filter({ hasText: name });
      await expect(own).toContainText('Healthy');
      const before = await order();
      expect(before.indexOf(name)).toBeGreaterThan(0);
      if (way === 'pointer') await rows.first().hover();
      else await rows.first().getByRole('link').first().focus();
      kubectl('-n', 'storage', 'patch', 'ds', name, '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:unready"}]}}}}');
      await expect(own).not.toContainText('Healthy');
      const sort = page.getByRole('button', { name: /^\d+ changed$/ });
      await expect(sort).toBeVisible();
      expect(await order()).toEqual(before);
      if (way === 'pointer') {
        await sort.scrollIntoViewIfNeeded();
        const target = (await sort.boundingBox())!;
        await page.mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 20 });
        // Out of the table, and on the way nothing has moved either.
        await expect(sort).toBeVisible();
        expect(await order()).toEqual(before);
        await page.mouse.down();
        await page.mouse.up();
      } else {
        for (let i = 0; i < 60 && !(await sort.evaluate((button) => button === document.activeElement)); i++) await page.keyboard.press('Tab');
        await expect(sort).toBeFocused();
        expect(await order()).toEqual(before);
        await page.keyboard.press('Enter');
      }
      await expect(sort).toBeHidden();
      const after = await order();
      expect(after).not.toEqual(before);
      expect(after.indexOf(name)).toBeLessThan(before.indexOf(name));
      expect([...after].sort()).toEqual([...before].sort());
    } finally {
      kubectl('-n', 'storage', 'delete', 'ds', name);
    }
  });
}

test('namespace, owner and sort stand in the address as they are chosen @scripts', async ({ page }) => {
  await page.goto('/');
  await awake(page);
  const rows = page.getByRole('table', { name: 'DaemonSets' }).getByRole('row').filter({ has: page.getByRole('link') });
  const all = await rows.count();
  await page.getByRole('combobox', { name: 'Namespace' }).selectOption('security');
  await expect(page).toHaveURL(/\?namespace=security$/);
  await expect(rows).toHaveCount(2);
  await page.getByRole('combobox', { name: 'Owner' }).selectOption('Argo CD');
  await expect(page).toHaveURL(/\?namespace=security&owner=argo-cd$/);
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('tetragon');
  await page.getByRole('combobox', { name: 'Owner' }).selectOption('');
  await page.getByRole('combobox', { name: 'Namespace' }).selectOption('');
  await expect(page).toHaveURL(/\/$/);
  await expect(rows).toHaveCount(all);
  await page.getByRole('combobox', { name: 'Sort' }).selectOption('name');
  await expect(page).toHaveURL(/\?sort=name$/);
  const names = await rows.getByRole('link').allTextContents();
  expect(names).toEqual([...names].sort());
  // What stands in the address is what a load shows.
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Sort' })).toHaveValue('name');
  expect(await rows.getByRole('link').allTextContents()).toEqual(names);
});
