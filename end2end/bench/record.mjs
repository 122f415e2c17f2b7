// The record at its full size: a million periods, in a file and in PostgreSQL,
// on a cluster that has the workloads. Started by `cargo xtask bench` before the
// rest, or by itself; docs/BENCH.md says what each row means.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fill, workload } from './cluster.mjs';
import { apiserver, get, memory, need, now, serve, sleep, spread } from './tools.mjs';

const folder = need('BENCH_FOLDER');
const postgres = need('BENCH_POSTGRES');
const rollbook = need('ROLLBOOK_BIN');
const api = apiserver();
const DAY = 86_400_000;
const YEAR = 365 * DAY;
const load = [os.loadavg()];

const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const count = (number) => number.toLocaleString('en');
const ms = (s) => `p50 ${s.p50.toFixed(1)}, p99 ${s.p99.toFixed(1)}, max ${s.max.toFixed(1)} ms (${s.runs})`;

/** Removes a record's file and what lies beside it. */
function remove(path) {
  for (const end of ['', '-wal', '-shm', '-lock']) rmSync(path + end, { force: true });
}

/** Imports so many workloads, periods and templates of each, of the year that ends now. */
async function bring(record, workloads, periods, templates) {
  const year = Math.floor((Date.now() - YEAR) / 1000);
  const begin = now();
  const words = [workloads, periods, templates, year].map(String);
  const source = spawn(need('BENCH_HISTORY'), words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const taken = spawn(rollbook, ['record', 'import'], {
    stdio: [source.stdout, 'ignore', 'inherit'],
    env: { ...process.env, ROLLBOOK_RECORD: record },
  });
  const code = await new Promise((resolve) => taken.once('close', resolve));
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  return { workloads, periods: workloads * periods, begin: year * 1000, seconds: (now() - begin) / 1000 };
}

/** A file of them; made once. */
async function make(name, workloads, periods, templates) {
  const path = `${folder}/${name}.db`;
  const own = [workloads, periods, templates].join();
  try {
    const made = JSON.parse(readFileSync(`${path}.json`));
    if (made.own === own) return made;
  } catch {
    // Not made yet, or not to the end.
  }
  remove(path);
  const made = { ...(await bring(path, workloads, periods, templates)), own, path, bytes: statSync(path).size };
  writeFileSync(`${path}.json`, JSON.stringify(made));
  return made;
}

const then = (i) => `then?at=${new Date(Date.now() - (1 + i * 7) * DAY).toISOString()}`;
const asked = (i, made) => workload((i * 7) % made.workloads);
const timeline = (i, made, more = '') => `/api/timeline?namespace=${asked(i, made).namespace}&name=${asked(i, made).name}${more}`;
const page = (i, made, more = '') => `/ns/${asked(i, made).namespace}/daemonsets/${asked(i, made).name}${more}`;

/**
 * What is asked: its name, how often, the address, and the goal of the p99 in ms.
 * A page that is warm was opened before: its pods are watched.
 */
const QUESTIONS = [
  ['timeline by API', 200, timeline, 50],
  ['an earlier part by API', 50, (i, made) => timeline(i, made, '&before=600'), 50],
  ['its page with the ledger', 200, page, 50, 'warm'],
  ['the page of an earlier part', 50, (i, made) => page(i, made, '?before=600'), 50, 'warm'],
  ['its page, opened for the first time', 50, (i, made) => page(250 + i, made), 50],
  ['what ran then, by API', 50, (i) => `/api/${then(i)}`, 200],
  ['what ran then, as a page', 50, (i) => `/${then(i)}`, 200],
];

/** Until the record has the edit of each that came after its last period. */
async function recorded(url, made) {
  const last = made.periods / made.workloads + 1;
  for (let i = 0; i < 600; i++) {
    const answer = await fetch(`${url}/api/then`);
    const { workloads: all = [] } = answer.ok ? await answer.json() : {};
    if (all.filter((one) => one.generation === last).length === workloads) return;
    await sleep(100);
  }
  throw new Error('the record does not follow the cluster');
}

/** The page tells of the part that was asked for, and not of some trouble. */
async function tells(url, generation) {
  const text = await (await fetch(url)).text();
  if (!text.includes(`id="p-${generation}"`)) throw new Error(`${url} does not tell of ${generation}`);
}

/** Asks a Rollbook on a record, beside a cluster with its workloads. */
async function measure(made, record) {
  await fill(api, workloads, made);
  const words = ['--record-age', '36500d', '--record-size', '100GiB'];
  const server = await serve(words, { ROLLBOOK_RECORD: record });
  try {
    return await ask(server, made);
  } finally {
    await server.stop();
  }
}

async function ask(server, made) {
  await recorded(server.url, made);
  const last = made.periods / made.workloads;
  await tells(server.url + page(0, made), last);
  if (last > 600) await tells(server.url + page(0, made, '?before=600'), 599);
  // The chores of a start are done by then.
  await sleep(5000);
  const begun = memory(server.pid);
  const times = [];
  for (const [, runs, address, , warm] of QUESTIONS) {
    const all = [];
    await get(server.url + address(0, made));
    for (let i = 0; i < runs; i++) {
      const url = server.url + address(i, made);
      if (warm) await get(url);
      all.push((await get(url)).millis);
    }
    times.push(all);
  }
  const asked = memory(server.pid);
  return { begun, asked, times };
}

/** The same of a copy of a file: the file stays nobody's. */
async function measureFile(made) {
  const path = `${folder}/measured.db`;
  remove(path);
  // What was written last may be beside it.
  for (const end of ['', '-wal']) {
    if (existsSync(made.path + end)) copyFileSync(made.path + end, path + end);
  }
  const measured = await measure(made, path);
  remove(path);
  return measured;
}

/** The same rows by another program, a whole run; empty where it is not there. */
function peer(runs, words) {
  const all = [];
  for (let i = 0; i < runs; i++) {
    const [program, ...more] = words(i);
    const begin = now();
    if (spawnSync(program, more, { maxBuffer: 1 << 30 }).status !== 0) return [];
    all.push(now() - begin);
  }
  return all;
}

const rows = (i, made) => `SELECT body FROM period WHERE workload = '${asked(i, made).uid}' ORDER BY generation DESC LIMIT 201`;
const scan = (i) => `SELECT workload, MAX(generation) FROM period WHERE starts <= ${Date.now() - (1 + i * 7) * DAY} GROUP BY workload`;
const peers = (made, words) => [peer(20, (i) => words(rows(i, made))), [], [], [], [], peer(5, (i) => words(scan(i))), []];

const line = (name, ours, theirs, target) => {
  const [a, b] = [spread(ours), theirs.length ? spread(theirs) : null];
  console.log(`| ${name} | ${ms(a)} | ${b ? ms(b) : ''} | ${b ? (a.p50 / b.p50).toFixed(3) : ''} | ${target} |`);
};
const questions = (place, measured, theirs) => QUESTIONS.forEach(([name, , , goal], i) => {
  line(`${place}: ${name}`, measured.times[i], theirs[i], `p99 ${goal} ms`);
});
const remembered = (place, made, measured) => {
  const [a, b] = [measured.asked, few.asked];
  console.log(`| ${place}: memory of Rollbook with ${count(made.periods)} periods, after these questions | ${mb(a.now)}, peak ${mb(a.peak)} | ${mb(b.now)}, peak ${mb(b.peak)} with ${count(small.periods)} periods in a file | ${(a.now / b.now).toFixed(3)} | 1 |`);
};
const written = (place, made) => console.log(`| ${place}: writing ${count(made.periods)} periods, as an import | ${(made.periods / made.seconds).toFixed(0)} periods a second | | | 17 a second |`);

mkdirSync(folder, { recursive: true });
const workloads = Number(process.env.BENCH_RECORD_WORKLOADS ?? 500);
const periods = Number(process.env.BENCH_RECORD_PERIODS ?? 2000);
// As long a page, so that only what lies behind it differs.
const small = await make('small', 5, 200, 50);
const full = await make('full', workloads, periods, 50);
// What a year brings where each change is a new template: 10 a day.
const grown = await make('grown', 5, 3650, 3650);
const few = await measureFile(small);
const many = await measureFile(full);
const sqlite = peers(full, (sql) => ['sqlite3', '-readonly', full.path, sql]);
console.log('\n| what | Rollbook | peer | ratio | target |\n|---|---|---|---|---|');
questions('file', many, sqlite);
remembered('file', full, many);
written('file', full);
console.log(`| file: size of ${count(full.periods)} periods with 50 templates each | ${mb(full.bytes)} | | | |`);
console.log(`| file: size of ${count(grown.periods)} periods, each with a template of its own | ${mb(grown.bytes)}, ${(grown.bytes / grown.periods).toFixed(0)} bytes a change | | | |`);
load.push(os.loadavg());
const shared = await bring(postgres, Number(process.env.BENCH_POSTGRES_WORKLOADS ?? workloads), periods, 50);
const kept = await measure(shared, postgres);
const psql = peers(shared, (sql) => ['psql', '-XqAt', '-d', postgres, '-c', sql]);
questions('PostgreSQL', kept, psql);
remembered('PostgreSQL', shared, kept);
written('PostgreSQL', shared);
load.push(os.loadavg());
writeFileSync(`${folder}/record.json`, JSON.stringify({ load, small, full, grown, few, many, sqlite, shared, kept, psql }, null, 1));
console.log(`\n${os.cpus().length} CPUs; load before, after the file and at the end: ${load.map((own) => own[0].toFixed(1)).join(', ')}`);
