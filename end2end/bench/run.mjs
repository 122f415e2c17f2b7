// First figures: Rollbook and kubectl on one cluster in one run. Started by
// `cargo xtask bench`; docs/BENCH.md says what each row means.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { apiserver, get, kubectl, measureKubectl, memory, need, now, serve, sleep, spread, watchKubectl } from './tools.mjs';

const { chromium } = createRequire(import.meta.url)('@playwright/test');
const workloads = Number(need('BENCH_WORKLOADS'));
const revisions = Number(need('BENCH_REVISIONS'));
const api = apiserver();
const strategic = 'application/strategic-merge-patch+json';
const samples = {};
const rows = [];

const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const kb = (bytes) => `${(bytes / 1e3).toFixed(1)} kB`;
const ms = (s) => `p50 ${s.p50.toFixed(1)}, p99 ${s.p99.toFixed(1)}, max ${s.max.toFixed(1)} ms (${s.runs})`;
const row = (name, ours, peer = '', ratio = '', target = '') => rows.push({ name, ours, peer, ratio, target });
const share = (ours, peer) => (ours / peer).toFixed(3);

function daemonSet(name, namespace, image, selector) {
  const container = (part) => ({
    name: part,
    image,
    env: Array.from({ length: 8 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of ${part}` })),
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
    ports: [{ containerPort: part === 'main' ? 9000 : 9001, name: part }],
    readinessProbe: { httpGet: { path: '/ready', port: part }, periodSeconds: 10 },
    volumeMounts: [{ name: 'logs', mountPath: '/var/log' }],
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, annotations: { 'kubernetes.io/change-cause': `release ${image}` } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          nodeSelector: selector,
          tolerations: [{ operator: 'Exists' }],
          volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
          containers: [container('main'), container('side')],
        },
      },
    },
  };
}

const path = (namespace, name = '') => `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`;

async function handled(namespace, name) {
  for (;;) {
    const live = await api('GET', path(namespace, name));
    if ((live.status.observedGeneration ?? 0) >= live.metadata.generation) return;
    await sleep(20);
  }
}

const edit = (image) => ({
  metadata: { annotations: { 'kubernetes.io/change-cause': `release ${image}` } },
  spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
});

/** Makes them all; twenty at a time, each edit seen by the controller. Tells in how many seconds. */
async function fill() {
  const begin = now();
  for (let i = 0; i < 5; i++) {
    await api('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `team-${i}` } });
  }
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < workloads; n = next++) {
      const [namespace, name] = [`team-${n % 5}`, `agent-${String(n).padStart(3, '0')}`];
      await api('POST', path(namespace), daemonSet(name, namespace, 'example.com/agent:1', { none: 'here' }));
      await handled(namespace, name);
      for (let revision = 2; revision <= revisions; revision++) {
        await api('PATCH', path(namespace, name), edit(`example.com/agent:${revision}`), strategic);
        await handled(namespace, name);
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  const seconds = (now() - begin) / 1000;
  console.error(`  made ${workloads} DaemonSets of ${revisions} revisions in ${seconds.toFixed(0)} s`);
  return seconds;
}

/** Until the record has the last edit of each; in milliseconds. */
async function recorded(url) {
  const begin = now();
  for (;;) {
    const { workloads: all } = await (await fetch(`${url}/api/then`)).json();
    const has = all.filter((one) => one.name.startsWith('agent-') && one.generation === revisions);
    if (has.length === workloads) return now() - begin;
    await sleep(20);
  }
}

const browser = await chromium.launch({
  executablePath: process.env.ROLLBOOK_CHROMIUM || undefined,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
});

/** All bytes of a first visit, by file; the stream is told apart. */
async function firstLoad(url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  const of = new Map();
  const bytes = {};
  cdp.on('Network.responseReceived', (event) => of.set(event.requestId, new URL(event.response.url).pathname));
  cdp.on('Network.loadingFinished', (event) => (bytes[of.get(event.requestId)] = event.encodedDataLength));
  const begin = now();
  await page.goto(url);
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  const awake = now() - begin;
  await sleep(500);
  await context.close();
  return { bytes, total: Object.values(bytes).reduce((a, b) => a + b, 0), awake };
}

async function commitToPage(url) {
  const body = daemonSet('live', 'default', 'example.com/agent:0', {});
  await api('POST', path('default'), body);
  await handled('default', 'live');
  const page = await browser.newPage();
  await page.goto(`${url}/ns/default/daemonsets/live`);
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  await page.evaluate(() => {
    window.seen = {};
    const look = () => {
      for (const tag of document.body.textContent.match(/edit-\d+/g) ?? []) {
        window.seen[tag] ??= performance.timeOrigin + performance.now();
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const printed = {};
  const template = '{.spec.template.spec.containers[0].image}{"\\n"}';
  const watch = watchKubectl(['get', 'ds', 'live', '-w', '-o', `jsonpath=${template}`], (line) => {
    printed[line.split(':')[1]] ??= now();
  });
  await sleep(1500);
  const [ours, peer] = [[], []];
  for (let i = 0; i < 30; i++) {
    const tag = `edit-${i}`;
    await api('PATCH', path('default', 'live'), edit(`example.com/agent:${tag}`), strategic);
    const committed = now();
    await page.waitForFunction((tag) => window.seen[tag], tag);
    ours.push(Math.max(0, (await page.evaluate((tag) => window.seen[tag], tag)) - committed));
    while (!printed[tag]) await sleep(5);
    peer.push(Math.max(0, printed[tag] - committed));
    await sleep(400);
  }
  watch.kill();
  await page.close();
  return [ours, peer];
}

/** A page of all workloads: until it answers, and its longest pause while one types. */
async function bigList(url) {
  const first = await firstLoad(url);
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  await page.evaluate(() => {
    window.pauses = [];
    new PerformanceObserver((list) => window.pauses.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask' });
  });
  await page.getByRole('searchbox', { name: 'Filter workloads' }).pressSequentially('agent-01', { delay: 60 });
  await sleep(500);
  const pauses = await page.evaluate(() => window.pauses);
  await page.close();
  return { first, longest: Math.max(0, ...pauses) };
}

async function times(count, ask) {
  const all = [];
  await ask();
  for (let i = 0; i < count; i++) all.push((await ask()).millis);
  return all;
}

const compare = (name, ours, peer, target) => {
  samples[name] = { ours, peer };
  const [a, b] = [spread(ours), spread(peer)];
  row(name, ms(a), ms(b), share(a.p50, b.p50), target);
};

try {
  const watched = await serve();
  await sleep(5000);
  const idle = memory(watched.pid);
  row('memory, idle on an empty cluster', mb(idle.now), '', '', '12 MiB');

  const [ours, peer] = await commitToPage(watched.url);
  compare('commit to changed page, against `kubectl get -w`', ours, peer, '');

  for (const [name, at] of [['list', '/'], ['workload', '/ns/default/daemonsets/live']]) {
    const load = await firstLoad(watched.url + at);
    samples[`first load, ${name}`] = load;
    row(`first load of the ${name} page`, `${kb(load.total)}, awake after ${load.awake.toFixed(0)} ms`, '', '', '250 kB');
  }

  const seconds = await fill();
  const until = await recorded(watched.url);
  const minute = ((workloads * revisions * 60) / seconds).toFixed(0);
  samples.recorded = { seconds, until };
  row(`record of ${minute} changes a minute, complete after the last`, `${until.toFixed(0)} ms`, '', '', '1,000 a minute');
  await sleep(5000);
  const followed = memory(watched.pid);
  await watched.stop();
  const fresh = await serve();
  await sleep(3000);
  const started = memory(fresh.pid);
  const listed = await measureKubectl('get', 'controllerrevisions', '-A', '-o', 'json');
  samples.memory = { idle, followed, started, kubectl: listed };
  const objects = `${workloads} x ${revisions}`;
  row(`memory that followed ${objects} edits`, `${mb(followed.now)}, peak ${mb(followed.peak)}`, `${mb(listed.peak)} peak of kubectl listing them (${mb(listed.bytes)} of JSON)`, share(followed.now, listed.peak), '');
  row(`memory started on ${objects}`, `${mb(started.now)}, peak ${mb(started.peak)}`, 'the same', share(started.now, listed.peak), '');

  const [namespace, name] = ['team-1', 'agent-001'];
  const query = `namespace=${namespace}&kind=DaemonSet&name=${name}`;
  const history = await times(10, () => measureKubectl('rollout', 'history', `ds/${name}`, '-n', namespace));
  compare('history by API, against `kubectl rollout history`', await times(100, () => get(`${fresh.url}/api/history?${query}`)), history, 'p99 20 ms');
  compare('history page, against the same', await times(100, () => get(`${fresh.url}/ns/${namespace}/daemonsets/${name}`)), history, '');
  const listing = await times(10, () => measureKubectl('get', 'ds', '-A'));
  compare(`list page of ${workloads}, against \`kubectl get ds -A\``, await times(30, () => get(`${fresh.url}/`)), listing, '');
  const big = await bigList(`${fresh.url}/`);
  samples.bigList = big;
  row(`list of ${workloads} in the browser`, `${kb(big.first.total)}, awake after ${big.first.awake.toFixed(0)} ms, longest pause while typing ${big.longest.toFixed(0)} ms`, '', '', '');
  await fresh.stop();
} finally {
  await browser.close();
}

const machine = { cpus: os.cpus().length, memory: os.totalmem(), load: os.loadavg(), kubectl: kubectl('version', '--client').split('\n')[0] };
writeFileSync(need('BENCH_RESULTS'), JSON.stringify({ machine, rows, samples }, null, 1));
console.log(`\n${machine.cpus} CPUs, ${mb(machine.memory)} memory, load ${machine.load.map((n) => n.toFixed(1)).join(' ')}; browser, cluster and both sides share them\n`);
console.log('| what | Rollbook | kubectl | ratio | target |\n|---|---|---|---|---|');
for (const r of rows) console.log(`| ${r.name} | ${r.ours} | ${r.peer} | ${r.ratio} | ${r.target} |`);
