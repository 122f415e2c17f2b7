// The record at its full size: a million periods. No cluster is needed: what is
// asked here, the record answers. Started by `cargo xtask bench` before the
// rest, or by itself; docs/BENCH.md says what each row means.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { get, memory, need, now, sleep, spread } from './tools.mjs';

const folder = need('BENCH_FOLDER');
const rollbook = need('ROLLBOOK_BIN');
const history = need('BENCH_HISTORY');
const DAY = 86_400_000;

const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const ms = (s) => `p50 ${s.p50.toFixed(1)}, p99 ${s.p99.toFixed(1)}, max ${s.max.toFixed(1)} ms (${s.runs})`;

/** A record of so many workloads, periods and templates of each; made once. */
async function make(name, workloads, periods, templates) {
  const path = `${folder}/${name}.db`;
  try {
    return JSON.parse(readFileSync(`${path}.json`));
  } catch {
    // Not made yet, or not to the end.
  }
  for (const end of ['', '-wal', '-shm', '-lock']) rmSync(path + end, { force: true });
  const begin = now();
  const source = spawn(history, [workloads, periods, templates].map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const taken = spawn(rollbook, ['record', 'import', '--record', path], { stdio: [source.stdout, 'inherit', 'inherit'] });
  const code = await new Promise((resolve) => taken.once('close', resolve));
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  const seconds = (now() - begin) / 1000;
  const made = { path, periods: workloads * periods, seconds, bytes: statSync(path).size };
  writeFileSync(`${path}.json`, JSON.stringify(made));
  return made;
}

/** Rollbook on a record, with a cluster that does not answer. */
async function serve(path) {
  const kubeconfig = `${folder}/nowhere.yaml`;
  writeFileSync(kubeconfig, JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'x',
    clusters: [{ name: 'x', cluster: { server: 'http://127.0.0.1:9' } }],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    users: [{ name: 'x', user: {} }],
  }));
  const child = spawn(rollbook, ['--kubeconfig', kubeconfig, '--port', '0', '--record', path, '--record-age', '36500d', '--record-size', '100GiB'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RUST_LOG: 'off' },
  });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`rollbook ended with ${code}`)));
  });
  const url = line.match(/http:\S+/)[0].replace(/\/$/, '');
  const stop = () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    return ended;
  };
  return { url, pid: child.pid, stop };
}

const then = (days) => `/api/then?at=${new Date(Date.now() - days * DAY).toISOString()}`;
const timeline = (number, more = '') =>
  `/api/timeline?namespace=team-${number % 5}&name=agent-${String(number).padStart(3, '0')}${more}`;

async function times(count, url) {
  const all = [];
  await get(url(0));
  for (let i = 0; i < count; i++) all.push((await get(url(i))).millis);
  return all;
}

/** The same rows by `sqlite3`, a whole run; empty where it is not there. */
function peer(path, count, sql) {
  const all = [];
  for (let i = 0; i < count; i++) {
    const begin = now();
    if (spawnSync('sqlite3', ['-readonly', path, sql(i)], { maxBuffer: 1 << 30 }).status !== 0) return [];
    all.push(now() - begin);
  }
  return all;
}

async function measure(made, workloads) {
  const server = await serve(made.path);
  for (let i = 0; ; i++) {
    const answer = await fetch(server.url + then(0.01));
    if (answer.ok) break;
    if (i > 300) throw new Error(await answer.text());
    await sleep(100);
  }
  const begun = memory(server.pid);
  const told = await times(200, (i) => server.url + timeline((i * 7) % workloads));
  const early = await times(50, (i) => server.url + timeline((i * 7) % workloads, '&before=600'));
  const at = await times(50, (i) => server.url + then(1 + i * 7));
  const asked = memory(server.pid);
  await server.stop();
  return { begun, asked, told, early, at };
}

mkdirSync(folder, { recursive: true });
const workloads = Number(process.env.BENCH_RECORD_WORKLOADS ?? 500);
const periods = Number(process.env.BENCH_RECORD_PERIODS ?? 2000);
const small = await make('small', workloads, 2, 2);
const full = await make('full', workloads, periods, 50);
// What a year brings where each change is a new template: 10 a day.
const grown = await make('grown', 5, 3650, 3650);
const few = await measure(small, workloads);
const many = await measure(full, workloads);
const rows = peer(full.path, 20, (i) => `SELECT body FROM period WHERE workload = '00000000-0000-4000-8000-${String((i * 7) % workloads).padStart(12, '0')}' ORDER BY generation DESC LIMIT 201`);
const scan = peer(full.path, 5, (i) => `SELECT workload, MAX(generation) FROM period WHERE starts <= ${Date.now() - (1 + i * 7) * DAY} GROUP BY workload`);
const lines = [];
const line = (name, ours, theirs, target) => {
  const [a, b] = [spread(ours), theirs.length ? spread(theirs) : null];
  lines.push(`| ${name} | ${ms(a)} | ${b ? ms(b) : ''} | ${b ? (a.p50 / b.p50).toFixed(3) : ''} | ${target} |`);
};
const size = `${full.periods.toLocaleString('en')} periods`;
line(`timeline by API of ${size}, against \`sqlite3\` reading its rows`, many.told, rows, 'p99 50 ms');
line('an earlier part of it', many.early, [], 'p99 50 ms');
line('what ran then, by API, against `sqlite3` grouping all periods', many.at, scan, 'p99 200 ms');
lines.push(`| memory with ${size}, after these questions | ${mb(many.asked.now)}, peak ${mb(many.asked.peak)} | ${mb(few.asked.now)}, peak ${mb(few.asked.peak)} with ${small.periods.toLocaleString('en')} periods | ${(many.asked.now / few.asked.now).toFixed(3)} | 1 |`);
lines.push(`| writing ${size}, as an import | ${(full.periods / full.seconds).toFixed(0)} periods a second | | | 17 a second |`);
lines.push(`| size of ${size} with 50 templates each | ${mb(full.bytes)} | | | |`);
lines.push(`| size of ${grown.periods.toLocaleString('en')} periods, each with a template of its own | ${mb(grown.bytes)}, ${(grown.bytes / grown.periods).toFixed(0)} bytes a change | | | |`);
writeFileSync(`${folder}/record.json`, JSON.stringify({ small, full, grown, few, many, rows, scan }, null, 1));
console.log('| what | Rollbook | peer | ratio | target |\n|---|---|---|---|---|');
for (const own of lines) console.log(own);
