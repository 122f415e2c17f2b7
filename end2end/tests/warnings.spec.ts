// What a careful colleague would say before a rollback, and after it: who may
// put it back, what is not remembered, and how pods are replaced.
import { accessible, expect, kubectl, test } from './base';

const checks = 'Preflight checks';

for (const { path, title, words } of [
  {
    path: '/ns/security/daemonsets/tetragon',
    title: /^Argo CD (will|may) put it back$/,
    words: /^Argo CD security-stack manages this workload \(.+\)\. Change it there too, or the rollback will not last\.$/,
  },
  {
    path: '/ns/security/daemonsets/falco',
    title: /^Helm (will|may) put it back$/,
    words: /^Helm falco manages this workload \(.+\)\. Change it there too, or the rollback will not last\.$/,
  },
]) {
  const name = path.split('/').pop();
  test(`whoever owns ${name} may put it back: said before the click and after`, async ({ page }) => {
    await page.goto(`${path}/rollback`);
    const items = page.getByRole('list', { name: checks }).getByRole('listitem');
    const warning = items.filter({ has: page.getByText(title) });
    await expect(warning).toHaveCount(1);
    await expect(warning.locator('p')).toHaveText(words);
    await expect(items.filter({ hasText: 'kubectl apply remembers' })).toHaveCount(0);
    await accessible(page);
    // The same words while one watches, and whose the workload is.
    const said = await warning.locator('p').innerText();
    await page.goto(`${path}/progress`);
    await expect(page.getByRole('main').getByText(title)).toBeVisible();
    await expect(page.getByRole('main').getByText(said)).toBeVisible();
    await accessible(page);
  });
}

test('what was applied remembers the newer template', async ({ page }) => {
  await page.goto('/ns/monitoring/daemonsets/node-exporter/rollback');
  const items = page.getByRole('list', { name: checks }).getByRole('listitem');
  const warning = items.filter({ hasText: 'kubectl apply remembers the newer template' });
  await expect(warning).toContainText('The next apply can bring the newer template back.');
  // Of apply itself, not of somebody else.
  await expect(items.filter({ hasText: 'put it back' })).toHaveCount(0);
  expect(kubectl('-n', 'monitoring', 'get', 'ds', 'node-exporter', '-o', 'jsonpath={.metadata.annotations}')).toContain('last-applied');
  await page.goto('/ns/monitoring/daemonsets/node-exporter/progress');
  await expect(page.getByRole('main').getByText('put it back')).toHaveCount(0);
});

test('with maxSurge a new pod stands beside the old one first', async ({ page }) => {
  // A quarter of six, rounded up as the controller does.
  await page.goto('/ns/kube-system/daemonsets/node-local-dns/rollback');
  const nodes = page.getByRole('region', { name: 'Which nodes' });
  await expect(nodes).toContainText('get a new pod beside the old one, 2 at a time');
  await expect(nodes).not.toContainText('restart,');
  await expect(nodes.getByRole('img')).toHaveAccessibleName('6 get a new pod beside the old one, 2 at a time');
  await page.goto('/ns/kube-system/daemonsets/node-local-dns');
  await expect(page.getByRole('main').getByText('RollingUpdate, 2 extra at a time')).toBeVisible();
});

test('nobody is named where nobody would put it back', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/fluentd/rollback');
  const items = page.getByRole('list', { name: checks }).getByRole('listitem');
  await expect(items.filter({ hasText: 'Server dry run accepted' })).toHaveCount(1);
  await expect(items.filter({ hasText: /put it back|kubectl apply/ })).toHaveCount(0);
});
