// Bad days: a cluster that falls silent, credentials that may not, a server that
// may not write, an empty cluster, a server that is stopped.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { accessible, awake, daemonSet, expect, feed, kubectl, serve, signal, test } from './base';

test('a silent cluster is told, writes are off, and it recovers by itself @scripts', async ({ page }) => {
  await page.goto('/ns/monitoring/daemonsets/node-exporter/rollback');
  await awake(page);
  const send = page.getByRole('button', { name: 'Roll back now' });
  await expect(send).not.toHaveAttribute('aria-disabled', 'true');
  signal('kube-apiserver', 'SIGSTOP');
  try {
    await expect(page.getByRole('alert').filter({ hasText: 'does not answer' })).toBeVisible();
    await expect(page.getByRole('status').filter({ hasText: 'Stale' })).toBeVisible();
    await expect(send).toHaveAttribute('aria-disabled', 'true');
    await expect(send).toHaveAccessibleDescription('Off while the page is not live.');
    await accessible(page);
    await expect(page.locator('body')).toMatchAriaSnapshot(`
      - link "Skip to content"
      - banner:
        - status: /^Stale/
      - alert: /^The API server of .+ does not answer\\. You see data from [\\d:]+ UTC\\. Rollback is off until it is live again\\.$/
      - button "Try now"
      - main:
        - heading /Roll back node-exporter/ [level=1]
        - region "Your rollback":
          - form "Roll back":
            - textbox "Reason"
            - button "Roll back now" [disabled]
            - paragraph: Off while the page is not live.
    `);
    const url = page.url();
    await send.dispatchEvent('click');
    await page.waitForTimeout(300);
    expect(page.url()).toBe(url);
  } finally {
    signal('kube-apiserver', 'SIGCONT');
  }
  await awake(page);
  await expect(page.getByRole('alert').filter({ hasText: 'does not answer' })).toBeHidden();
  await expect(send).not.toHaveAttribute('aria-disabled', 'true');
});

test('a server that may not write offers no write', async ({ page }) => {
  const own = await serve('--read-only');
  try {
    await page.goto(`${own.url}/ns/logging/daemonsets/fluentd`);
    await expect(page.getByText('Read only', { exact: true })).toBeVisible();
    const back = page.getByRole('button', { name: 'Roll back…' });
    await expect(back).toHaveAttribute('aria-disabled', 'true');
    await expect(back).toHaveAccessibleDescription('This server was started read only.');
    const one = page.getByRole('button', { name: /^Roll back to this: \d+$/ }).first();
    await expect(one).toHaveAttribute('aria-disabled', 'true');
    await expect(one).not.toHaveAttribute('href');
    await expect(one).toHaveAccessibleDescription('This server was started read only.');
    await page.goto(`${own.url}/ns/logging/daemonsets/fluentd/rollback`);
    const generation = () => kubectl('-n', 'logging', 'get', 'ds', 'fluentd', '-o', 'jsonpath={.metadata.generation}');
    const before = generation();
    await page.evaluate(() => document.querySelector<HTMLFormElement>('#rollback-form')!.submit());
    await expect(page.getByRole('alert').filter({ hasText: 'The rollback was not sent' })).toContainText('read only');
    expect(generation()).toBe(before);
    await accessible(page);
  } finally {
    await own.stop();
  }
});

test('what may not be seen is explained with the missing rule', async ({ page }) => {
  kubectl('-n', 'default', 'create', 'serviceaccount', test.info().project.name);
  const token = kubectl('-n', 'default', 'create', 'token', test.info().project.name).trim();
  const config = JSON.parse(kubectl('config', 'view', '--raw', '-o', 'json'));
  config.users[0].user = { token };
  const file = test.info().outputPath('kubeconfig');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  const own = await serve('--kubeconfig', file);
  try {
    await expect(async () => {
      const answer = await page.goto(own.url);
      expect(answer!.status()).toBe(403);
    }).toPass();
    await expect(page.getByRole('heading', { name: 'You may not see daemonsets.apps' })).toBeVisible();
    await expect(page.getByText('resources: [daemonsets], verbs: [get, list, watch]')).toBeVisible();
    await accessible(page);
    await expect(page.locator('body')).toMatchAriaSnapshot(`
      - banner:
        - link "Rollbook"
      - main:
        - heading "You may not see daemonsets.apps" [level=1]
        - paragraph: The cluster refused one call.
        - text: /(list|watch) daemonsets\\.apps.* as system:serviceaccount:default:/
        - paragraph: "Ask for the built-in role view, or for this rule:"
        - text: '/apiGroups: \\["apps"\\], resources: \\[daemonsets\\], verbs: \\[get, list, watch\\]/'
        - paragraph:
          - link "Try again"
          - link "Back to workloads"
    `);
  } finally {
    await own.stop();
  }
});

test('an empty cluster says what will come', async ({ page }) => {
  const own = await serve('--namespace', 'default');
  try {
    await expect(async () => expect((await page.goto(own.url))!.status()).toBe(200)).toPass();
    await expect(page.getByRole('heading', { name: 'No DaemonSets here yet' })).toBeVisible();
    await accessible(page);
    await expect(page.getByRole('main')).toMatchAriaSnapshot(`
      - heading "Workloads" [level=1]
      - group "Filter by verdict"
      - heading "No DaemonSets here yet" [level=2]
      - paragraph: New ones show up here by themselves.
    `);
  } finally {
    await own.stop();
  }
});

test.describe('a server that ends', () => {
  test.use({ expected: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/ });
  test('a stop ends open streams, and the page says that the server is silent @scripts', async ({ page }) => {
  const own = await serve();
  await expect(async () => expect((await page.goto(own.url))!.status()).toBe(200)).toPass();
  await awake(page);
  const begin = Date.now();
  expect(await own.stop()).toBe(0);
  expect(Date.now() - begin).toBeLessThan(5000);
  await expect(page.getByRole('alert').filter({ hasText: 'Rollbook itself has been silent' })).toBeVisible();
  });
});

test('a workload that is deleted is told on its open page, and one that comes back is shown @scripts', async ({ page }) => {
  const create = () => feed(daemonSet('fleeting', 'i:1', { nowhere: true }));
  create();
  await expect(async () => expect((await page.goto('/ns/storage/daemonsets/fleeting'))!.status()).toBe(200)).toPass();
  await awake(page);
  kubectl('-n', 'storage', 'delete', 'ds', 'fleeting');
  await expect(page.getByRole('alert').filter({ hasText: 'no longer exists' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Deleted' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Roll back…' })).toHaveAttribute('aria-disabled', 'true');
  create();
  await awake(page);
  await expect(page.getByRole('alert').filter({ hasText: 'no longer exists' })).toBeHidden();
  kubectl('-n', 'storage', 'delete', 'ds', 'fleeting');
});

test.describe('a cluster that does not answer yet', () => {
  test.use({ expected: /status of 503/ });
  test('a page that was made before the cluster answered loads itself again @scripts', async ({ page }) => {
    signal('kube-apiserver', 'SIGSTOP');
    let own: Awaited<ReturnType<typeof serve>>;
    try {
      own = await serve('--patient');
      await page.goto(`${own.url}/ns/logging/daemonsets/fluentd`);
      await expect(page.getByRole('heading', { name: 'The cluster does not answer' })).toBeVisible();
      await accessible(page);
      await expect(page.getByRole('main')).toMatchAriaSnapshot(`
        - heading "The cluster does not answer" [level=1]
        - paragraph: /./
        - paragraph:
          - link "Try again"
          - link "Back to workloads"
      `);
    } finally {
      signal('kube-apiserver', 'SIGCONT');
    }
    await expect(page.getByRole('heading', { level: 1, name: 'fluentd' })).toBeVisible();
    await own.stop();
  });
});

test('the page that asks says when the workload changed meanwhile @scripts', async ({ page }) => {
  await page.goto('/ns/monitoring/daemonsets/node-exporter/rollback');
  await awake(page);
  kubectl('-n', 'monitoring', 'patch', 'ds', 'node-exporter', '-p', '{"spec":{"minReadySeconds":2}}');
  await expect(page.getByText(/changed since this page was made/)).toBeVisible();
  await page.getByRole('form', { name: 'Roll back' }).getByRole('link', { name: 'Review again' }).click();
  await awake(page);
  await expect(page.getByText(/changed since this page was made/)).toBeHidden();
  kubectl('-n', 'monitoring', 'patch', 'ds', 'node-exporter', '-p', '{"spec":{"minReadySeconds":0}}');
});

test('no other address than loopback before there is sign-in @scripts', async () => {
  const refused = spawnSync(process.env.ROLLBOOK_BIN!, ['--listen', '0.0.0.0'], { encoding: 'utf8' });
  expect(refused.status).not.toBe(0);
  expect(refused.stderr).toContain('sign-in');
});

test('text of the cluster is text @scripts', async ({ page }) => {
  const cause = '<img src=x onerror="document.title=1"> \u202egnp.exe \u001b[31mred';
  const note = { id: '1', uid: 'x', generation: 1, templateGeneration: 1, to: 'x', toRevision: 1, reason: '\u202enote', template: 'x' };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'x'.repeat(60), namespace: 'storage', annotations: {
        'kubernetes.io/change-cause': cause,
        'meta.helm.sh/release-name': '\u202erelease',
        'rollbook.dev/rollback': JSON.stringify(note),
      } },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' }, annotations: { note: '</script><script>document.title=2</script>' } },
        spec: {
          nodeSelector: { none: 'here' },
          containers: [{ name: 'c', image: 'i\u202e:1', env: [{ name: 'A', value: '</script><svg onload=document.title=3>' }] }],
        },
      },
    },
  };
  feed(object);
  const path = `/ns/storage/daemonsets/${object.metadata.name}`;
  await expect(async () => expect((await page.goto(path))!.status()).toBe(200)).toPass();
  await awake(page);
  await expect(page.getByText('⟨U+202E⟩').first()).toBeVisible();
  await expect(page.getByText('<img src=x').first()).toBeVisible();
  expect(await page.locator('main img, main script[src], svg[onload]').count()).toBe(0);
  expect(await page.locator('body').innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  await expect(page).toHaveTitle(/^xxx.* · Rollbook$/);
  await page.getByRole('list', { name: 'Revision history' }).getByRole('link', { name: 'revision 1' }).click();
  await expect(page.getByText('</script><svg').first()).toBeVisible();
  await expect(page).toHaveTitle(/ · Rollbook$/);
  await accessible(page);
  await page.goto(`/?q=${encodeURIComponent('<script>x</script>')}`);
  await expect(page.getByText('Nothing matches “<script>x</script>”')).toBeVisible();
});

test.describe('a proxy that fails', () => {
  test.use({ expected: /status of 502|ERR_FAILED/ });
  for (const way of ['answers with an error', 'does not answer'] as const) {
    test(`a stream that ${way} is opened anew @scripts`, async ({ page }) => {
      let asked = 0;
      await page.route('**/live?**', async (route) => {
        asked += 1;
        if (asked > 1) return route.continue();
        // Without an answer the browser waits for as long as it likes.
        if (way === 'answers with an error') await route.fulfill({ status: 502, body: '' });
      });
      await page.goto('/ns/logging/daemonsets/fluentd');
      await expect(page.getByRole('alert').filter({ hasText: 'Rollbook itself has been silent' })).toBeVisible();
      await awake(page);
      await expect(page.getByRole('alert').filter({ hasText: 'Rollbook itself has been silent' })).toBeHidden();
      expect(asked).toBe(2);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    });
  }
});
