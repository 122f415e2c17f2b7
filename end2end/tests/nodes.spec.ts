// The nodes of a workload: which runs what, in which state, and why one does not
// come to its end.
import { accessible, awake, daemonSet, expect, feed, fits, kubectl, test } from './base';

const falco = '/ns/security/daemonsets/falco';

test('each node is a cell with its state, and leads to what is wrong with it', async ({ page }) => {
  await page.goto(falco);
  const nodes = page.getByRole('region', { name: 'Nodes' });
  await expect(nodes.getByRole('grid', { name: 'Node board, zone eu-1a' }).getByRole('gridcell')).toHaveCount(2);
  const failing = nodes.getByRole('link', { name: /^wk-eu1.-\d+: New, failing, revision 2$/ });
  await expect(failing).toHaveCount(3);
  await expect(nodes.getByRole('link', { name: /: Old, available, revision 1$/ })).toHaveCount(3);
  const name = (await failing.first().getAttribute('aria-label'))!.split(':')[0];
  await failing.first().click();
  await expect(page).toHaveURL(new RegExp(`[?]node=${name}#nodes$`));
  const card = page.getByRole('complementary', { name: 'Node details' });
  await expect(card.getByRole('heading', { name })).toBeVisible();
  await expect(card).toContainText('New, failing');
  await expect(card).toContainText(/ErrImagePull|ImagePullBackOff/);
  await expect(card).toContainText('falcosecurity/falco:0.40.0-missing');
  await expect(nodes.getByRole('table', { name: 'Nodes that need attention' }).getByRole('row')).toHaveCount(4);
  await accessible(page);
});

test('why it is stuck is said with evidence, nodes and the way out', async ({ page }) => {
  await page.goto(falco);
  const why = page.getByRole('region', { name: /^Stuck because the image/ });
  await expect(why).toContainText('falcosecurity/falco:0.40.0-missing');
  await expect(why).toContainText('These 3 nodes use the whole budget');
  await expect(why.getByRole('link', { name: /^wk-eu1/ })).toHaveCount(3);
  await expect(why.getByRole('link', { name: /^wk-eu1/ }).first()).toHaveAttribute('href', /[?]node=wk-eu1/);
  await why.getByRole('button', { name: 'Roll back to 1' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Roll back falco to the template of 1');
});

test('states and names are found, and stand in the address', async ({ page }) => {
  await page.goto(falco);
  const states = page.getByRole('group', { name: 'Filter by node state' });
  await expect(states.getByRole('button', { name: 'All 6' })).toHaveAttribute('aria-pressed', 'true');
  await states.getByRole('button', { name: 'New, failing 3' }).click();
  await expect(page).toHaveURL(/[?]state=new-failing#nodes$/);
  await expect(page.getByRole('gridcell')).toHaveCount(3);
  await page.getByRole('group', { name: 'View' }).getByRole('button', { name: 'Table' }).click();
  await expect(page).toHaveURL(/state=new-failing&view=table#nodes$/);
  const table = page.getByRole('table', { name: 'Nodes', exact: true });
  await expect(table.getByRole('row')).toHaveCount(4);
  await expect(table.getByRole('row').nth(1)).toContainText('New, failing');
  await accessible(page);
  await page.goto(falco);
  const revisions = page.getByRole('group', { name: 'Filter by revision' });
  await expect(revisions.getByRole('button')).toHaveText([/^revision 2\s*3$/, /^revision 1\s*3$/]);
  await revisions.getByRole('button', { name: 'revision 1 3' }).click();
  await expect(page).toHaveURL(/[?]revision=1#nodes$/);
  await expect(page.getByRole('gridcell').getByRole('link', { name: /: Old, available, revision 1$/ })).toHaveCount(3);
  await expect(page.getByRole('gridcell')).toHaveCount(3);
  await revisions.getByRole('button', { name: 'revision 1 3' }).click();
  await expect(page.getByRole('gridcell')).toHaveCount(6);
  await page.goto(`${falco}?view=table&find=EU1B`);
  await expect(table.getByRole('rowheader')).toHaveText([/^wk-eu1b-/, /^wk-eu1b-/]);
  await page.getByRole('searchbox', { name: 'Find a node' }).fill('nobody');
  await page.getByRole('region', { name: 'Nodes' }).getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/find=nobody/);
  await expect(page.getByText('No node matches.')).toBeVisible();
});

test('what waits for a person says so', async ({ page }) => {
  await page.goto('/ns/storage/daemonsets/longhorn-manager');
  await expect(page.getByRole('region', { name: /^Waits because/ })).toContainText('OnDelete');
  await expect(page.getByRole('link', { name: /: Old, available/ }).first()).toBeVisible();
});

test('it fits a phone, and the dark', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  for (const query of ['', '?node=wk-eu1a-001', '?view=table']) {
    await page.goto(falco + query);
    await expect(page.getByRole('region', { name: 'Nodes' })).toBeVisible();
    await fits(page);
    await accessible(page);
  }
});

test('the nodes, heard', async ({ page }) => {
  await page.goto('/ns/logging/daemonsets/vector');
  await expect(page.getByRole('region', { name: 'Nodes' })).toMatchAriaSnapshot(`
    - region "Nodes":
      - heading "Nodes" [level=2]
      - text: "6"
      - searchbox "Find a node"
      - text: Group
      - combobox "Group"
      - button "Apply"
      - group "View":
        - button "Board" [pressed]
        - button "Table"
      - group "Filter by node state":
        - button "All 6" [pressed]
        - button "New, failing 0"
        - button "Current, available 6"
        - button "New, starting 0"
        - button "Old, available 0"
      - heading "Zone eu-1a 2 of 2 on the current one" [level=3]
      - grid "Node board, zone eu-1a":
        - row:
          - gridcell:
            - 'link /wk-eu1a-001: Current, available, revision \\d+/'
          - gridcell:
            - 'link /wk-eu1a-002: Current, available, revision \\d+/'
  `);
});

test('the board by keyboard: one stop, cells by arrows, trouble by a letter @scripts', async ({ page }) => {
  await page.goto(falco);
  await awake(page);
  const cells = page.getByRole('gridcell').getByRole('link');
  await expect(cells).toHaveCount(6);
  await expect(page.locator('.board a[tabindex="0"]')).toHaveCount(1);
  const at = () => page.evaluate(() => document.activeElement?.getAttribute('data-node'));
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
    return at();
  };
  await cells.first().focus();
  expect(await press('ArrowRight')).toBe('wk-eu1a-002');
  expect(await press('ArrowRight')).toBe('wk-eu1b-001');
  expect(await press('ArrowUp')).toBe('wk-eu1a-001');
  expect(await press('End')).toBe('wk-eu1a-002');
  expect(await press('Home')).toBe('wk-eu1a-001');
  expect(await press('PageDown', 'PageDown')).toBe('wk-eu1c-001');
  expect(await press('ArrowDown')).toBe('wk-eu1c-001');
  expect(await press('PageUp', 'ArrowDown')).toBe('wk-eu1c-001');
  await expect(page.locator('.board a[tabindex="0"]')).toHaveAttribute('data-node', 'wk-eu1c-001');
  const troubled = await page.locator('.board a[data-troubled]').evaluateAll((all) => all.map((cell) => cell.getAttribute('data-node')));
  expect(troubled).toHaveLength(3);
  await page.locator(':focus').blur();
  expect(await press('n')).toBe(troubled[0]);
  expect(await press('n', 'n', 'n')).toBe(troubled[0]);
  expect(await press('p')).toBe(troubled[2]);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Node details' }).getByRole('heading', { name: troubled[2]! })).toBeVisible();
  await awake(page);
  await page.keyboard.press('b');
  await expect(page.getByRole('table', { name: 'Nodes', exact: true })).toBeVisible();
  await awake(page);
  await page.keyboard.press('b');
  await expect(page.getByRole('grid').first()).toBeVisible();
});

test('a rollout is seen node by node without a load @scripts', async ({ page }) => {
  const name = 'seen-by-node';
  feed(daemonSet(name, 'agent:1'));
  const all = page.getByRole('gridcell').getByRole('link');
  await expect(async () => {
    await page.goto(`/ns/storage/daemonsets/${name}`);
    await expect(page.getByRole('link', { name: /: Current, available, revision 1$/ })).toHaveCount(6, { timeout: 1000 });
  }).toPass();
  await awake(page);
  let loads = 0;
  page.on('load', () => (loads += 1));
  kubectl('-n', 'storage', 'set', 'image', `ds/${name}`, 'c=agent:missing');
  await expect(page.getByRole('link', { name: /: New, failing, revision 2$/ })).toHaveCount(1);
  await expect(page.getByRole('region', { name: /^Stuck because the image/ })).toBeVisible();
  // A tab that nobody looks at tells it, too.
  await expect(page).toHaveTitle(`${name}: Stuck: ImagePullBackOff on 1 node · Rollbook`);
  await expect(page.locator('link[rel=icon]')).toHaveAttribute('href', '/favicon-red.svg');
  await expect(page.getByRole('region', { name: 'Rollout' })).toContainText(/Time left.*unknown/);
  // Whoever is on a cell stays on it.
  const old = page.getByRole('link', { name: /: Old, available, revision 1$/ }).last();
  const node = (await old.getAttribute('aria-label'))!.split(':')[0];
  await old.focus();
  kubectl('-n', 'storage', 'set', 'image', `ds/${name}`, 'c=agent:2');
  await expect(page.getByRole('link', { name: /available, revision 3$/ })).toHaveCount(6);
  await expect(page.getByRole('region', { name: /^Stuck because/ })).toHaveCount(0);
  await expect(page).toHaveTitle(`${name}: Healthy · Rollbook`);
  await expect(page.locator('link[rel=icon]')).toHaveAttribute('href', '/favicon.svg');
  await expect(all.filter({ hasText: node })).toBeFocused();
  expect(loads).toBe(0);
  kubectl('-n', 'storage', 'delete', 'ds', name);
});
