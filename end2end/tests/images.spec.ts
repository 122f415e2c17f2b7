// Where an image ran, and what changed when across workloads.
import { accessible, expect, fits, serve, test } from './base';

const wide = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

test('an image is found by a part of it, what runs now first', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Images' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Where did this image run' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Images of the current templates' }).getByRole('listitem').filter({ hasText: 'fluentd' })).toContainText('1 workload');
  await accessible(page);
  // By keyboard alone.
  await page.getByRole('searchbox', { name: 'Image, tag or digest' }).fill('FLUENTD:1.');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/images\?q=FLUENTD%3A1\.$/);
  await expect(page.getByRole('heading', { level: 2, name: /^\d+ periods with “FLUENTD:1.”$/ })).toBeVisible();
  const rows = page.getByRole('table').getByRole('row');
  const { uses } = await (await page.request.get('/api/images?q=FLUENTD:1.')).json();
  await expect(rows).toHaveCount(uses.length + 1);
  await expect(rows.nth(1)).toContainText(uses[0].image);
  await expect(rows.nth(1)).toContainText('current');
  const past = rows.nth(uses.length);
  await expect(past).toContainText('registry.example.com/platform/fluentd:1.16.2');
  await expect(past).not.toContainText('current');
  await accessible(page);
  await page.setViewportSize(phone);
  await fits(page);
  await accessible(page);
  await page.setViewportSize(wide);
  await past.getByRole('link', { name: 'fluentd: revision 1' }).click();
  await expect(page).toHaveURL(/\/ns\/logging\/daemonsets\/fluentd\?period=1#p-1$/);
  await page.getByRole('list', { name: 'Timeline' }).getByRole('link', { name: /fluentd 1\.16\.2/ }).first().click();
  await expect(page).toHaveURL(/\/images\?q=.*fluentd%3A1\.16\.2$/);
});

test('what no template had is said, and what a query means is meant', async ({ page }) => {
  await page.goto('/images?q=%25');
  await expect(page.getByText('No recorded template has an image with “%” in it. The record begins')).toBeVisible();
  await accessible(page);
  await page.goto('/images?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E');
  await expect(page.getByText('“<script>alert(1)</script>”')).toBeVisible();
  await page.goto('/images?q=fluentd&page=99');
  await expect(page.getByRole('table')).toBeVisible();
});

test.describe('without a record', () => {
  test.use({ expected: /status of 503/ });
  test('a server without a record says so', async ({ page }) => {
    const own = await serve('--record', 'none');
    try {
      await page.goto(`${own.url}/images?q=fluentd`);
      await expect(page.getByText('No record is kept')).toBeVisible();
      await accessible(page);
      for (const path of ['/api/images?q=fluentd', '/api/changes']) {
        const answer = await page.request.get(own.url + path);
        expect([answer.status(), (await answer.json()).code]).toEqual([503, 'noRecord']);
      }
    } finally {
      await own.stop();
    }
  });
});

test('the strip has a lane for each workload, and each mark leads to its period', async ({ page }) => {
  await page.goto('/then?span=1h');
  const panel = page.getByRole('region', { name: 'What changed' });
  await expect(panel.getByText(/^\d+ changes in \d+ workloads$/)).toBeVisible();
  const { changes } = await (await page.request.get('/api/changes')).json();
  const newest = `${changes[0].namespace}/${changes[0].name}`;
  await expect(panel.getByRole('img', { name: new RegExp(`^Changes, newest first: [^;]*${newest}, `) })).toBeAttached();
  const strip = panel.getByRole('group', { name: 'What changed' });
  const mark = strip.getByRole('link', { name: new RegExp(newest) }).last();
  await mark.focus();
  await expect(mark.locator('.strip-read')).toBeVisible();
  await expect(mark.locator('.strip-read')).toContainText(newest);
  await accessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/daemonsets/${changes[0].name}\\?period=${changes[0].generation}#p-${changes[0].generation}$`));
});

test('the list says the same, and phones get it alone', async ({ page }) => {
  await page.goto('/then');
  const panel = page.getByRole('region', { name: 'What changed' });
  await expect(panel.getByRole('link', { name: '24 h' })).toHaveAttribute('aria-current', 'true');
  const { changes } = await (await page.request.get('/api/changes')).json();
  const items = panel.getByRole('listitem');
  await expect(items.first()).toContainText(changes[0].name);
  await panel.getByText(/older in this span$/).click();
  const back = items.filter({ hasText: 'went back' }).filter({ hasText: '2 → 3' }).filter({ hasText: 'fluentd' });
  await expect(back).toContainText('1.17.0');
  await expect(back).toContainText('by kubectl');
  await expect(items.filter({ hasText: 'created' }).first()).toBeVisible();
  await panel.getByRole('link', { name: '7 d' }).click();
  await expect(page).toHaveURL(/\/then\?span=7d$/);
  await page.setViewportSize(phone);
  await expect(panel.getByRole('group', { name: 'What changed' })).toBeHidden();
  await expect(items.first()).toBeVisible();
  await expect(panel.getByText(/Nobody watched: /)).toBeVisible();
  await fits(page);
  await accessible(page);
});

test('the span goes with the moment', async ({ page }) => {
  await page.goto('/then?at=2020-01-01T00:00:00Z&span=90d');
  const panel = page.getByRole('region', { name: 'What changed' });
  await expect(panel.getByText('Nothing that was seen changed in this span.')).toBeVisible();
  await panel.getByRole('link', { name: '1 h' }).click();
  await expect(page).toHaveURL(/at=2020-01-01T00%3A00%3A00Z&span=1h$/);
  await accessible(page);
});
