// One DaemonSet on all nodes of a large cluster and up to a thousand viewers:
// the table P1 to P16. Started by `cargo xtask bench --fleet`; what the rows
// mean is in docs/performance.md. A row that fails does not take others along.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import * as cluster from './fleet/cluster.mjs';
import * as tab from './fleet/browser.mjs';
import { churn } from './fleet/churn.mjs';
import { crowds, idle } from './fleet/crowds.mjs';
import { came, shown, table } from './fleet/table.mjs';
import { get, kubectl, measureKubectl, memory, need, now, serve, sleep, spread } from './tools.mjs';

const nodes = Number(need('BENCH_NODES'));
const minutes = Number(process.env.BENCH_SOAK ?? 3);
const crowd = (process.env.BENCH_VIEWERS ?? '1,100,1000').split(',').map(Number);
const rates = (process.env.BENCH_RATES ?? '20,200,1000').split(',').map(Number);
const samples = {};
const results = {};
const loads = { before: os.loadavg() };
let pods = [];

const ms = (s) => `p50 ${s.p50.toFixed(1)}, p99 ${s.p99.toFixed(1)}, max ${s.max.toFixed(1)} ms (${s.runs})`;

/** What a row came to, with words about it and the peer's figure of the same run. */
const row = (id, value, words = '', peer = '') => (results[id] = { value, words, peer });

/** Rows that were measured with fewer changes a second than they ask for. */
function light(ids, { reached, rate }) {
  for (const id of ids) results[id].light = reached < rate * 0.95;
}

const version = kubectl('version', '--client').split('\n')[0].replace('Client Version: v', '');

/** All that is known so far, with the machine. */
function write() {
  loads.after = os.loadavg();
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    cpus: os.cpus().length,
    model: os.cpus()[0].model,
    memory: os.totalmem(),
    loads,
    nodes,
    pods: pods.length,
    kubectl: version,
  };
  writeFileSync(need('BENCH_RESULTS'), JSON.stringify({ machine, results, samples }, null, 1));
  return machine;
}

/** Does one part; its rows say why where it fails. */
async function part(name, ids, doing) {
  if (!new RegExp(process.env.BENCH_PARTS ?? '').test(name)) {
    for (const id of ids) results[id] = { not: 'left out' };
    return;
  }
  const begin = now();
  console.error(`  ${name} …`);
  try {
    await doing();
  } catch (error) {
    const why = String(error.message ?? error).split('\n')[0].slice(0, 200);
    for (const id of ids) results[id] ??= { not: why };
    console.error(`    failed: ${error.stack ?? error}`);
  }
  // What is there is kept where the run is ended.
  write();
  console.error(`    ${((now() - begin) / 1000).toFixed(0)} s, load ${os.loadavg()[0].toFixed(1)}`);
}

/** Until the page has the board; its bytes as they crossed. */
async function complete(url) {
  for (;;) {
    const answer = await fetch(url + cluster.page, { headers: { 'accept-encoding': 'br' } });
    const text = await answer.text();
    if (/data-drawn="n[^"]*-\d+"/.test(text) && /class="board"/.test(text)) return text;
    if (now() - complete.begun > 180_000) throw new Error('no board within 3 minutes');
    await sleep(20);
  }
}

const browser = await tab.launch();
const scratch = mkdtempSync(`${os.tmpdir()}/rollbook-bench-`);
let server;

try {
  cluster.giveWay((process.env.BENCH_CONTROLLERS ?? '').split(' ').filter(Boolean));
  await cluster.makeNamespace();
  server = await serve();

  await part('memory before any DaemonSet', ['P1 idle'], async () => {
    await sleep(10_000);
    const idle = memory(server.pid);
    samples.idle = idle;
    row('P1 idle', idle.now);
  });
  await server.stop();
  server = null;

  let size = { desired: 0, available: 0 };
  await part('a DaemonSet on all nodes', [], async () => {
    size = await cluster.rollOut(nodes, 15);
    samples.rollOut = size;
    console.error(`    ${size.available} of ${size.desired} pods available after ${size.seconds.toFixed(0)} s`);
  });
  pods = await cluster.readyPods();
  if (pods.length < nodes / 2) throw new Error(`only ${pods.length} pods are ready: nothing to measure`);

  await part('cold start, beside curl and kubectl', ['P4', 'P4 ratio', 'P1', 'P2', 'P3'], async () => {
    const [ours, curl, peer] = [[], [], []];
    const words = cluster.keyFiles(scratch);
    let bytes = 0;
    for (let i = 0; i < 5; i++) {
      const begin = now();
      const ended = spawnSync('curl', [...words, '-o', '/dev/null', '-w', '%{size_download}'], { encoding: 'utf8' });
      if (ended.status !== 0) throw new Error(`curl ended with ${ended.status}`);
      curl.push(now() - begin);
      bytes = Number(ended.stdout);
      if (i < 3) peer.push((await measureKubectl('get', 'pods', '-n', cluster.namespace, '-l', `app=${cluster.name}`)).millis);
      const started = (complete.begun = now());
      server = await serve();
      await complete(server.url);
      ours.push(now() - started);
      if (i < 4) await server.stop();
    }
    samples.cold = { ours, curl, kubectl: peer, bytes };
    const [a, b, c] = [spread(ours), spread(curl), spread(peer)];
    const lists = `\`curl\` ${b.p50.toFixed(0)} ms (${shown(bytes, 'MB')}), \`kubectl get pods\` ${c.p50.toFixed(0)} ms`;
    row('P4', a.p50, `max ${a.max.toFixed(0)} ms of 5`, lists);
    row('P4 ratio', a.p50 / b.p50);
    const peak = memory(server.pid).peak;
    await sleep(10_000);
    const large = memory(server.pid);
    samples.large = { peak, now: large.now };
    row('P1', large.now, `${pods.length} pods, ${nodes} nodes`);
    row('P2', (large.now - samples.idle.now) / pods.length);
    row('P3', peak / large.now, `${shown(peak, 'MiB')} at the largest`);
  });

  server ??= await serve();
  await part('bytes of the page', ['P9'], async () => {
    const first = await get(server.url + cluster.page);
    const text = await (await fetch(server.url + cluster.page)).text();
    samples.page = { brotli: first.bytes, plain: text.length, millis: first.millis };
    row('P9', first.bytes, `${shown(text.length, 'kB')} plain`);
  });

  await part('one viewer', ['P14 quiet', 'P14', 'P9 change'], async () => {
    const [quiet, busy] = await crowds({ server, pods, crowd: [1], rates: [0, 200], seconds: 60, probes: false });
    samples.one = { quiet, busy };
    row('P14 quiet', quiet.cpu, `over ${quiet.seconds.toFixed(0)} s`);
    row('P14', busy.cpu, `${busy.reached.toFixed(0)} a second reached`);
    row('P9 change', (busy.fetched + busy.streamed) / busy.changes, `${(busy.fetched / busy.answers / 1e3).toFixed(1)} kB a fetch, ${busy.reached.toFixed(0)} a second reached`);
    light(['P14', 'P9 change'], busy);
  });

  await part('idle viewers', ['P8'], async () => {
    const looks = await idle({ server, crowd: [crowd[0], crowd.at(-1)] });
    samples.viewers = looks;
    const words = looks.map((own) => `${shown(own.memory, 'MiB')} with ${own.viewers}`).join(', ');
    row('P8', (looks[1].memory - looks[0].memory) / (looks[1].viewers - looks[0].viewers), words);
  });

  await part('viewers and churn', ['P7', 'P7 p99', 'P6', 'P6 sent'], async () => {
    const all = await crowds({ server, pods, crowd, rates, seconds: 20, each: (one) => (samples.crowds ??= []).push(one) });
    const of = (viewers, rate) => all.find((one) => one.viewers === viewers && one.rate === rate);
    const [most, few] = [crowd.at(-1), crowd[0]];
    const [many, one] = [of(most, 200), of(few, 200)];
    row('P7', many.cpu, `${many.reached.toFixed(0)} a second reached, ${most} viewers, who use ${many.load.toFixed(0)} % themselves`);
    row('P7 p99', many.told.p99, `told p50 ${many.told.p50.toFixed(0)} ms; drawn parts fetched p50 ${many.drawn.p50.toFixed(0)}, p99 ${many.drawn.p99.toFixed(0)} ms`);
    row('P6', many.watches.pods - one.watches.pods, `${one.watches.pods} and ${many.watches.pods} watches on pods, all clients of the apiserver`);
    light(['P7', 'P7 p99'], many);
    const sent = [one, many].map((own) => own.watches.sent / own.written);
    const bytes = [one, many].map((own) => shown(own.received / own.written, 'kB'));
    row('P6 sent', Math.abs(sent[1] / sent[0] - 1) * 100, `${sent.map((own) => own.toFixed(3)).join(' and ')} events a change; the server received ${bytes.join(' and ')} a change`);
  });

  const url = () => server.url + cluster.page;
  await part('commit to page', ['P5', 'P5 p99'], async () => {
    const load = churn(cluster.namespace, pods.slice(1), 100);
    const { all, late } = await tab.commitToPage(browser, url(), pods[0], 30).finally(async () => (samples.commitChurn = await load.stop()));
    samples.commit = { all, late };
    const s = spread(all);
    const words = `${samples.commitChurn.rate.toFixed(0)} changes a second reached${late ? `, ${late} not within 20 s` : ''}`;
    row('P5', s.p50, `${ms(s)}; ${words}`);
    row('P5 p99', s.p99);
    light(['P5', 'P5 p99'], { reached: samples.commitChurn.rate, rate: 100 });
  });

  await part('first load', ['P10', 'P10 module', 'P11', 'P11 live'], async () => {
    const load = await tab.firstLoad(browser, url());
    samples.firstLoad = load;
    row('P10', load.total, `awake after ${load.millis.toFixed(0)} ms`);
    const folder = need('BENCH_WASM');
    row('P10 module', statSync(`${folder}/${readdirSync(folder).find((file) => file.endsWith('.wasm'))}`).size);
    const slow = [];
    for (let i = 0; i < 5; i++) slow.push(await tab.slowLoad(browser, url()));
    samples.slowLoad = slow;
    row('P11', spread(slow.map((own) => own.largest)).p50, 'p50 of 5');
    row('P11 live', spread(slow.map((own) => own.awake)).p50, 'p50 of 5');
  });

  await part('interactions', ['P12'], async () => {
    const { durations, told } = await tab.interactions(browser, url());
    samples.interactions = told;
    const sorted = durations.sort((a, b) => a - b);
    row('P12', sorted[Math.floor(sorted.length * 0.98)], `${sorted.length} interactions, max ${sorted.at(-1)} ms`);
  });

  await part(`tab heap over ${minutes} minutes`, ['P13', 'P13 slope'], async () => {
    const load = churn(cluster.namespace, pods.slice(1), 100);
    const looks = await tab.heap(browser, url(), minutes).finally(async () => (samples.heapChurn = await load.stop()));
    samples.heap = looks;
    const of = (own) => own.heap + own.wasm;
    const [first, last] = [looks[0], looks.at(-1)];
    row('P13', Math.max(...looks.map(of)), `script ${shown(last.heap, 'MB')}, module ${shown(last.wasm, 'MB')}, ${last.elements} nodes of the document`);
    row('P13 slope', ((of(last) - of(first)) * 3_600_000) / (last.at - first.at), `an hour, over ${minutes} minutes only`);
  });

  await part('history of 50 revisions', ['P15'], async () => {
    await cluster.withRevisions('many', 50);
    await sleep(2000);
    const query = `namespace=${cluster.namespace}&name=many`;
    const ask = async (path, count) => {
      const all = [];
      for (let i = -5; i < count; i++) {
        const { millis } = await get(`${server.url}${path}`);
        if (i >= 0) all.push(millis);
      }
      return all;
    };
    const { revisions } = await (await fetch(`${server.url}/api/history?${query}`)).json();
    const history = await ask(`/api/history?${query}`, 200);
    const [to, from] = [revisions[0], revisions.at(-1)].map((own) => own.name);
    const diff = await ask(`/api/compare?${query}&from=${from}&to=${to}`, 200);
    const peer = [];
    for (let i = 0; i < 5; i++) peer.push((await measureKubectl('rollout', 'history', 'ds/many', '-n', cluster.namespace)).millis);
    samples.history = { revisions: revisions.length, history, diff, kubectl: peer };
    const both = history.map((own, i) => own + diff[i]);
    row('P15', spread(both).p99, `${revisions.length} revisions; history p50 ${spread(history).p50.toFixed(1)}, diff p50 ${spread(diff).p50.toFixed(1)} ms`, `\`kubectl rollout history\` ${spread(peer).p50.toFixed(0)} ms`);
  });

  await part('viewers were not cut off', [], async () => {
    samples.terminated = (await cluster.watches()).terminated;
    samples.after = memory(server.pid);
  });
} catch (error) {
  console.error(`  ended early: ${error.stack ?? error}`);
} finally {
  await browser.close();
  await server?.stop().catch(() => {});
  rmSync(scratch, { recursive: true, force: true });
}

const agreed = process.env.BENCH_AGREED;
if (agreed === '') row('P16', 0, 'property test `agrees_with_kubectl`');
else results.P16 = { not: agreed ?? 'not run' };
results['P1 replay'] = { not: 'there is no replay of 65,000 pods yet' };
const machine = write();
const load = (all) => all.map((n) => n.toFixed(1)).join(' ');
console.log(`\n${machine.date}, ${machine.cpus} CPUs (${machine.model}), load before ${load(loads.before)}, after ${load(loads.after)}; ${pods.length} pods on ${nodes} nodes\n`);
console.log('| # | metric | target | measured | | beside it |\n|---|---|---|---|---|---|');
for (const { id, metric, target, most, unit } of table) {
  const own = results[id] ?? { not: 'the run ended before it' };
  const { value, words, peer, not } = own;
  const is = value === undefined ? `not measured: ${not}` : shown(value, unit);
  console.log(`| ${id} | ${metric} | ${target} | ${is}${words ? `; ${words}` : ''} | ${came(own, most)} | ${peer ?? ''} |`);
}
process.exit();
