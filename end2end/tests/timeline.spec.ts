// What Rollbook wrote down: the staircase and a line for each period.
import { accessible, awake, daemonSet, expect, feed, fits, kubectl, serve, test } from './base';

test('the walk is told in time order, to the eye and to the ear', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/fluentd');
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await expect(timeline.getByText(/^recorded since/)).toBeVisible();
  await expect(timeline.getByRole('img', { name: /^Periods in time order: 1 for .+, 2 for .+, back to the template of 1 as 3 for / })).toBeVisible();
  const rows = timeline.getByRole('list', { name: 'Timeline' }).getByRole('listitem');
  const first = rows.filter({ hasText: 'CHG-1841 fluentd 1.16.2' });
  await expect(first).toContainText('now 3');
  await expect(first).toContainText('by kubectl-create');
  await expect(rows.filter({ hasText: 'Back to the template of 1' })).toContainText('change cause copied from before, not shown as its own');
  await accessible(page);
});

test('what Kubernetes pruned is still told', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/vector');
  const rows = page.getByRole('list', { name: 'Timeline' }).getByRole('listitem');
  const pruned = rows.filter({ hasText: 'vector 0.41.1' });
  await expect(pruned).toContainText('no longer in Kubernetes: pruned by the history limit');
  await expect(pruned).toContainText('0.41.1-alpine');
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByRole('img', { name: /^Periods in time order/ })).toBeHidden();
  await fits(page);
  await accessible(page);
});

test('a rollback that its owner put back is told as that', async ({ page }) => {
  await page.goto('/ns/security/daemonsets/tetragon');
  const rows = page.getByRole('list', { name: 'Timeline' }).getByRole('listitem');
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(0)).toContainText('by argocd-controller');
  await expect(rows.nth(1)).toContainText('put back by argocd-controller');
  await expect(rows.nth(1)).toContainText('by Rollbook');
  await expect(rows.nth(1)).toContainText('INC-2214');
});

test('what Kubernetes pruned can be opened, compared and restored', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/vector');
  const rows = page.getByRole('list', { name: 'Timeline' }).getByRole('listitem');
  const pruned = rows.filter({ hasText: 'no longer in Kubernetes' }).first();
  await pruned.getByRole('link', { name: /^Open the template of \d+ from the record$/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Template of \d+ of vector, from the record$/);
  await expect(page.getByRole('list', { name: 'When it ran' }).getByRole('listitem').first()).toContainText(/ as \d+/);
  await expect(page.getByText('holds this template any more')).toBeVisible();
  await accessible(page);
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(page.locator('select[name=to]')).toHaveValue(/^sha256:/);
  await expect(page.getByRole('list', { name: 'Summary of changes' })).toBeVisible();
  await accessible(page);
  await page.getByRole('link', { name: 'Restore' }).click();
  await expect(page.getByRole('list', { name: 'Preflight checks' })).toContainText('Server dry run accepted');
  await expect(page.getByText(/It will be revision \d+\./)).toBeVisible();
  await expect(page.getByText('No ControllerRevision holds this template, so Kubernetes numbers it as new.')).toBeVisible();
  await accessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page);
});

test('a workload that was deleted keeps its pages, and its namesake leads to them', async ({ page }) => {
  const name = `former-${test.info().project.name}`.toLowerCase();
  const url = `/ns/logging/daemonsets/${name}`;
  const made = (image: string) => daemonSet(name, image, { namespace: 'logging' });
  const timeline = async (query = '') => (await page.request.get(`/api/timeline?namespace=logging&name=${name}${query}`)).json();
  feed(made('agent:1'));
  await expect.poll(async () => (await timeline()).periods?.[0].revision).toBe(1);
  kubectl('-n', 'logging', 'set', 'image', `ds/${name}`, 'c=agent:2');
  await expect.poll(async () => (await timeline()).periods?.[0].revision).toBe(2);
  kubectl('-n', 'logging', 'delete', 'ds', name);
  await expect.poll(async () => Boolean((await timeline()).gone)).toBe(true);

  expect((await page.goto(url))!.status()).toBe(410);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByText('This workload is not in the cluster any more.')).toBeVisible();
  const rows = page.getByRole('list', { name: 'Timeline' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(page.getByRole('link', { name: /Roll back|Restore/ })).toHaveCount(0);
  await accessible(page);
  await page.getByRole('link', { name: 'Compare the template of 2 with the one before' }).click();
  await expect(page.getByRole('list', { name: 'Summary of changes' })).toContainText('agent');
  await accessible(page);
  await page.goto(url);
  await rows.last().getByRole('link', { name: 'Open the template of 1 from the record' }).click();
  await expect(page.getByText('The workload that had this template was deleted.')).toBeVisible();
  await expect(page.getByRole('link', { name: /Roll back|Restore/ })).toHaveCount(0);
  await accessible(page);
  // Nothing can be rolled back to what is gone.
  expect((await page.goto(`${url}/rollback?to=${(await timeline()).periods[1].template}`))!.status()).toBe(404);

  feed(made('agent:3'));
  await expect.poll(async () => Boolean((await timeline()).gone)).toBe(false);
  await page.goto(url);
  const others = page.getByRole('navigation', { name: `Others named ${name}` });
  await expect(others.getByRole('listitem')).toHaveCount(1);
  await others.getByRole('link', { name: /^created .*, deleted / }).click();
  await expect(page.getByText('This workload is not in the cluster any more.')).toBeVisible();
  await expect(rows).toHaveCount(2);
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page);
  await page.getByRole('link', { name: 'The workload that has its name now' }).click();
  await expect(rows).toHaveCount(1);
  kubectl('-n', 'logging', 'delete', 'ds', name);
  expect((await page.goto(`${url}?uid=nobody`))!.status()).toBe(404);
});

test('a server without a record says what it cannot know', async ({ page }) => {
  const own = await serve('--record', 'none');
  try {
    await page.goto(`${own.url}/ns/logging/daemonsets/fluentd`);
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await expect(timeline).toContainText('No record is kept');
    await accessible(page);
    const answer = await page.request.get(`${own.url}/api/timeline?namespace=logging&name=fluentd`);
    expect(answer.status()).toBe(503);
    expect((await answer.json()).code).toBe('noRecord');
  } finally {
    await own.stop();
  }
});

test('a change is in the timeline without a load, and stays after a restart @scripts', async ({ page }) => {
  await page.goto('/ns/kube-system/daemonsets/kube-proxy');
  await awake(page);
  const rows = page.getByRole('list', { name: 'Timeline' }).getByRole('listitem');
  const before = await rows.count();
  const change = (value: string) => kubectl('-n', 'kube-system', 'patch', 'ds', 'kube-proxy', '--field-manager', 'a-person', '-p', `{"spec":{"template":{"metadata":{"annotations":{"told":"${value}"}}}}}`);
  change('live');
  await expect(rows).toHaveCount(before + 1);
  await expect(rows.first()).toContainText('by a-person');
  // Whoever is in it with the keyboard stays where they are.
  const held = rows.last().getByRole('link', { name: /^Compare/ });
  await held.focus();
  const name = await held.getAttribute('aria-label');
  change('again');
  await expect(rows).toHaveCount(before + 2);
  await expect(page.locator(':focus')).toHaveAttribute('aria-label', name ?? 'a name');
});

test('what ran then is listed, what differs first', async ({ page }) => {
  const history = await (await page.request.get('/api/timeline?namespace=logging&name=fluentd')).json();
  const second = history.periods.find((period: { generation: number }) => period.generation === 2);
  await page.goto(`/then?at=${encodeURIComponent(second.start.at)}`);
  await expect(page.getByRole('heading', { level: 1, name: 'What ran then' })).toBeVisible();
  const table = page.getByRole('table', { name: 'What ran then' });
  await expect(table.getByRole('row', { name: /fluentd/ })).toContainText('1.17.0');
  await expect(page.getByRole('heading', { level: 2, name: /\d+ of \d+ workloads ran something else than now/ })).toBeVisible();
  await accessible(page);
  await page.getByRole('link', { name: '1 week ago' }).click();
  await expect(page.getByText('Nothing is recorded of that moment')).toBeVisible();
  await page.goto('/then?at=yesterday');
  await expect(page.getByText('“yesterday” is no moment')).toBeVisible();
  await page.goto('/then');
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page);
  await accessible(page);
});
