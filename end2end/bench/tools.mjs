// What the measurements are made with: the cluster's own API, processes and
// their memory, and numbers about samples.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';

export const need = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set: run \`cargo xtask bench\``);
  return process.env[name];
};

export const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
export const now = () => performance.timeOrigin + performance.now();

const kubectlWords = () => [need('ROLLBOOK_KUBECTL'), ['--kubeconfig', need('ROLLBOOK_KUBECONFIG')]];

export function kubectl(...words) {
  const [program, first] = kubectlWords();
  return execFileSync(program, [...first, ...words], { encoding: 'utf8', maxBuffer: 1 << 30 });
}

/** Starts kubectl; its lines are told one by one. */
export function watchKubectl(words, line) {
  const [program, first] = kubectlWords();
  const child = spawn(program, [...first, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', line);
  return child;
}

/** Runs kubectl to its end; its bytes, seconds and largest memory in bytes. */
export async function measureKubectl(...words) {
  const [program, first] = kubectlWords();
  const begin = now();
  const child = spawn(program, [...first, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  let peak = 0;
  child.stdout.on('data', (data) => (bytes += data.length));
  const timer = setInterval(() => (peak = Math.max(peak, memory(child.pid).peak)), 5);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`kubectl ${words.join(' ')} ended with ${code}`);
  return { millis: now() - begin, bytes, peak };
}

/** Resident memory of a process now and at its largest, in bytes (proc_pid_status(5)). */
export function memory(pid) {
  let text = '';
  try {
    text = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It has ended.
  }
  const of = (name) => Number(text.match(new RegExp(`${name}:\\s+(\\d+) kB`))?.[1] ?? 0) * 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/** Seconds of CPU that a process used so far (proc_pid_stat(5); the unit is a hundredth). */
export function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Rollbook, once it is ready. */
export async function serve(words = [], env = {}) {
  const child = spawn(need('ROLLBOOK_BIN'), ['--kubeconfig', need('ROLLBOOK_KUBECONFIG'), '--port', '0', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RUST_LOG: 'error', ...env },
  });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`rollbook ended with ${code}`)));
  });
  const url = line.match(/http:\S+/)[0].replace(/\/$/, '');
  for (let i = 0; i < 3000 && !(await fetch(`${url}/readyz`)).ok; i++) await sleep(20);
  const stop = () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    return ended;
  };
  return { url, pid: child.pid, stop };
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** One request on a connection that is kept; milliseconds until all is there. */
export function get(url) {
  const begin = now();
  return new Promise((resolve, reject) => {
    const ask = http.get(url, { agent, headers: { 'accept-encoding': 'br' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (data) => (bytes += data.length));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve({ millis: now() - begin, bytes });
        else reject(new Error(`${url} answered ${answer.statusCode}`));
      });
    });
    ask.on('error', reject);
  });
}

/** Where the apiserver is, and the credentials of the kubeconfig. */
export function credentials() {
  const config = JSON.parse(kubectl('config', 'view', '--raw', '--flatten', '-o', 'json'));
  const user = config.users[0].user;
  const plain = (data) => Buffer.from(data, 'base64');
  return {
    base: config.clusters[0].cluster.server,
    cert: plain(user['client-certificate-data']),
    key: plain(user['client-key-data']),
  };
}

/** The apiserver; what is no JSON is told as text. */
export function apiserver(maxSockets = 32) {
  const { base, ...keys } = credentials();
  const tls = { ...keys, rejectUnauthorized: false, agent: new https.Agent({ keepAlive: true, maxSockets }) };
  return (method, path, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': type } : {};
      const ask = https.request(base + path, { method, headers, ...tls }, (answer) => {
        const parts = [];
        answer.on('data', (data) => parts.push(data));
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode < 300) resolve(/json/.test(answer.headers['content-type']) ? JSON.parse(text) : text);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`));
        });
      });
      ask.on('error', reject);
      ask.end(body && JSON.stringify(body));
    });
}

/** p50, p99 and the largest of some numbers. */
export function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { runs: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) };
}
