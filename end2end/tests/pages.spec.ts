// What each page is to someone who does not see it, and that it fits a phone,
// in the dark, without motion.
import { accessible, expect, feed, fits, kubectl, test } from './base';

/** A revision of fluentd that is not current. */
function older(): string {
  const all = JSON.parse(kubectl('-n', 'logging', 'get', 'controllerrevisions', '-l', 'app=fluentd', '-o', 'json'));
  return all.items.sort((a: any, b: any) => a.revision - b.revision)[0].metadata.name;
}

const workload = '/ns/logging/daemonsets/fluentd';
const pages = (): [string, string][] => [
  ['list', '/'],
  ['workload', workload],
  ['stuck', '/ns/security/daemonsets/falco'],
  ['revision', `${workload}/revisions/${older()}`],
  ['compare', `${workload}/compare`],
  ['confirm', `${workload}/rollback`],
  ['by hand', '/ns/storage/daemonsets/longhorn-manager/rollback'],
  ['progress', `${workload}/progress`],
  ['not found', '/nowhere'],
];

test.describe('on a phone, in the dark, without motion', () => {
  test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', reducedMotion: 'reduce' } as object);
  test('each page fits and can be used', async ({ page }) => {
    for (const [name, path] of pages()) {
      await test.step(name, async () => {
        await page.goto(path);
        await fits(page);
        await accessible(page);
      });
    }
  });
});

test.describe('the longest names there are, on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });
  // A DaemonSet's name is a DNS subdomain: 253 characters, at most 63 between dots.
  const named = (length: number) => [...'abc'].map((letter) => letter.repeat(63)).join('.') + '.' + 'd'.repeat(length - 192);
  // A registry takes no longer one: host, repository, tag and digest.
  const image = `${'h'.repeat(63)}.example.com/${'r'.repeat(255)}:${'t'.repeat(128)}@sha256:${'0'.repeat(64)}`;
  const object = (name: string, label: string) => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'storage' },
    spec: {
      selector: { matchLabels: { app: label } },
      template: {
        metadata: { labels: { app: label } },
        spec: { containers: [{ name: 'c'.repeat(63), image, env: [{ name: 'V'.repeat(253), value: 'v'.repeat(253) }] }] },
      },
    },
  });

  test('a history under the longest name that can have one fits', async ({ page }) => {
    // The controller adds a dash and a hash of ten to name a ControllerRevision.
    const name = named(242);
    feed(object(name, 'l'.repeat(63)));
    try {
      kubectl('-n', 'storage', 'rollout', 'status', `ds/${name}`, '--timeout=30s');
      const containers = [{ name: 'c'.repeat(63), image: image.replace(':t', ':u') }];
      kubectl('-n', 'storage', 'patch', 'ds', name, '-p', JSON.stringify({ spec: { template: { spec: { containers } } } }));
      kubectl('-n', 'storage', 'rollout', 'status', `ds/${name}`, '--timeout=30s');
      const path = `/ns/storage/daemonsets/${name}`;
      const older = page.getByRole('list', { name: 'Revision history' }).getByRole('link', { name: 'revision 1', exact: true });
      await expect(async () => {
        await page.goto(path);
        await expect(older).toBeVisible({ timeout: 1000 });
      }).toPass();
      const revision = (await older.getAttribute('href'))!;
      for (const way of ['/?namespace=storage', path, revision, `${path}/compare`, `${path}/rollback`, `${path}/progress`, '/then', `/images?q=${'r'.repeat(60)}`]) {
        await test.step(way.replace(name, 'NAME'), async () => {
          expect((await page.goto(way))!.status()).toBe(200);
          await fits(page);
        });
      }
    } finally {
      kubectl('-n', 'storage', 'delete', 'ds', name);
    }
  });

  test('a longer one has no history and fits all the same', async ({ page }) => {
    const name = named(253);
    expect(() => feed(object(named(254), 'x'))).toThrow(/no more than 253 (characters|bytes)/);
    expect(() => feed(object('too-long', 'l'.repeat(64)))).toThrow(/no more than 63 (characters|bytes)/);
    feed(object(name, 'longer'));
    try {
      const path = `/ns/storage/daemonsets/${name}`;
      await expect(async () => expect((await page.goto(path))!.status()).toBe(200)).toPass();
      await expect(page.getByRole('heading', { level: 2, name: /^Not observed/ })).toBeVisible();
      await fits(page);
      await page.goto('/?namespace=storage');
      await expect(page.getByRole('link', { name })).toBeVisible();
      await fits(page);
    } finally {
      kubectl('-n', 'storage', 'delete', 'ds', name);
    }
  });
});

test('each page has its landmarks', async ({ page }) => {
  for (const [, path] of pages()) {
    await page.goto(path);
    await expect(page.locator('body')).toMatchAriaSnapshot(`
      - link "Skip to content"
      - banner:
        - link "Rollbook"
        - navigation "Main":
          - link "Workloads"
        - status: Live
        - search
      - main
    `);
  }
});

test('a style that is not there is heard on the console', async ({ page }) => {
  // What every test holds a page to, held against a page that breaks it.
  test.fail();
  await page.route('**/*.css', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto('/');
});

test('the list, heard', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Workloads" [level=1]
    - group "Filter by verdict":
      - button /All \\d+/ [pressed]
      - button /OnDelete \\d+/
      - button /Healthy \\d+/
    - searchbox "Filter workloads"
    - combobox "Namespace"
    - combobox "Owner"
    - combobox "Sort"
    - table "DaemonSets":
      - rowgroup:
        - 'row "Verdict Name Revision and image Nodes: new, old, ready Live since Owner"'
      - rowgroup:
        - row /OnDelete/:
          - cell /OnDelete.* nodes? old/
          - cell /longhorn-manager storage/:
            - link "longhorn-manager"
          - cell /revision 2 longhorn-manager/
          - cell /of 6 updated/:
            - img /of 6 updated/
  `);
});

test('the workload, heard', async ({ page }) => {
  await page.goto(workload);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - navigation "Breadcrumb":
      - list:
        - listitem:
          - link "Workloads"
        - listitem:
          - link "logging"
    - heading "fluentd" [level=1]
    - button "Compare revisions"
    - button "Roll back…"
    - region "Rollout":
      - heading /./ [level=2]
      - img /6 of 6 updated/
    - region "Timeline":
      - heading "Timeline" [level=2]
      - img /Periods in time order/
      - list "Timeline":
        - listitem:
          - img /revision \\d+/
    - region "Revision history":
      - heading "Revision history" [level=2]
      - list "Revision history":
        - listitem:
          - link /revision \\d+/
    - region "ControllerRevisions":
      - table "ControllerRevisions":
        - rowgroup:
          - row "NAME CONTROLLER REVISION AGE"
  `);
});

test('what ran then and what changed, heard', async ({ page }) => {
  await page.goto('/then');
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "What ran then" [level=1]
    - button "Show"
    - link "1 hour ago"
    - region "What changed":
      - heading "What changed" [level=2]
      - navigation "Span":
        - link "24 h"
    - region /workloads ran something else than now/:
      - table "What ran then"
  `);
});

test('where an image ran, heard', async ({ page }) => {
  await page.goto('/images?q=fluentd');
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Where did this image run" [level=1]
    - search:
      - searchbox "Image, tag or digest": fluentd
      - button "Find"
    - region /periods with “fluentd”/:
      - table:
        - rowgroup:
          - row /Workload Image Revision Ran/
  `);
});

test('a template that only the record keeps, heard', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/vector');
  await page.getByRole('link', { name: /^Open the template of/ }).first().click();
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - navigation "Breadcrumb"
    - heading /Template of \\d+ of vector, from the record/ [level=1]
    - link "Compare"
    - link "Restore"
    - paragraph: /holds this template any more/
    - region "When it ran":
      - list "When it ran":
        - listitem: /as \\d+/
    - 'region "Container: vector"'
  `);
});

test('a revision, heard', async ({ page }) => {
  await page.goto(`${workload}/revisions/${older()}`);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading /Revision \\d+ of fluentd/ [level=1]
    - button /Roll back to \\d+/
    - 'region "Container: fluentd"':
      - heading "fluentd" [level=2]
      - term: Image
      - definition: /registry.example.com\\/platform\\/fluentd/
      - term: Environment
      - definition:
        - table
    - region "Pod"
    - region "Volumes"
    - region "YAML":
      - button "Show hidden values"
  `);
});

test('a comparison, heard', async ({ page }) => {
  await page.goto(`${workload}/compare`);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Compare revisions" [level=1]
    - combobox "From"
    - button "Swap sides"
    - combobox "To"
    - button "Compare"
    - region /\\d+ changes/:
      - list "Summary of changes":
        - listitem:
          - img "changed"
    - region "Template diff":
      - button "Show hidden values"
      - group "Diff layout":
        - button "Unified" [pressed]
        - button "Split"
      - group "YAML diff":
        - table "YAML diff"
  `);
});

test('the question before a rollback, heard', async ({ page }) => {
  await page.goto(`${workload}/rollback`);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading /Roll back fluentd to the template of \\d+/ [level=1]
    - region "What changes":
      - list "Summary of changes"
    - region "Which nodes":
      - img "6 restart, 3 at a time"
    - region "Checks":
      - list "Preflight checks":
        - listitem: /The controller has handled the latest change/
        - listitem: /Server dry run accepted/
    - region "Your rollback":
      - form "Roll back":
        - textbox "Reason"
        - button "Roll back now"
    - region "What is sent"
  `);
});

test('no pod moves by itself with OnDelete, and the page says so first', async ({ page }) => {
  await page.goto('/ns/storage/daemonsets/longhorn-manager/rollback');
  const checks = page.getByRole('list', { name: 'Preflight checks' }).getByRole('listitem');
  await expect(checks.first()).toContainText('No pod will move by itself');
  await expect(checks.last()).toContainText('Server dry run accepted');
});

test('a rollout that is done, heard', async ({ page }) => {
  await page.goto(`${workload}/progress`);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "fluentd" [level=1]
    - region "Rollback":
      - heading "Successfully rolled out" [level=2]
      - img "6 of 6 updated"
      - list "Rollback steps":
        - listitem:
          - img "done"
          - text: /Sent/
        - listitem:
          - img "done"
          - text: /Seen by the controller/
        - listitem:
          - img "done"
          - text: /Nodes 6 of 6/
        - listitem:
          - img "done"
          - text: Done
    - region "What now"
  `);
});

test('an address that leads nowhere, heard', async ({ page }) => {
  await page.goto('/nowhere');
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Page not found" [level=1]
    - paragraph: The address leads nowhere here. The list of workloads is a good place to start.
    - paragraph:
      - link "Back to workloads"
  `);
});

test('a workload that is not there, heard', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/nobody');
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - navigation "Breadcrumb"
    - heading "No such DaemonSet" [level=1]
    - paragraph: There is no DaemonSet nobody in namespace logging. It may have been deleted, or the address is wrong.
    - paragraph:
      - link "Try again"
      - link "Back to workloads"
  `);
});
