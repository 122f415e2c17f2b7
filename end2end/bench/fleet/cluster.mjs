// The DaemonSet that is looked at, and what the apiserver counts.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { apiserver, credentials, now, sleep } from '../tools.mjs';
import { merge } from './churn.mjs';

export const api = apiserver();
export const namespace = 'fleet';
export const name = 'agent';
export const page = `/ns/${namespace}/daemonsets/${name}`;
export const stream = `/live?view=workload&namespace=${namespace}&name=${name}&nodes=true`;
export const podsPath = `/api/v1/namespaces/${namespace}/pods`;
const sets = (own = '') => `/apis/apps/v1/namespaces/${namespace}/daemonsets/${own}`;

const container = (part) => ({
  name: part,
  image: 'example.com/agent:1',
  env: Array.from({ length: 8 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of ${part}` })),
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
  ports: [{ containerPort: part === 'main' ? 9000 : 9001, name: part }],
  readinessProbe: { httpGet: { path: '/ready', port: part }, periodSeconds: 10 },
  volumeMounts: [{ name: 'logs', mountPath: '/var/log' }],
});

function daemonSet(own, nodeSelector) {
  const spec = {
    nodeSelector,
    tolerations: [{ operator: 'Exists' }],
    volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
    containers: [container('main'), container('side')],
  };
  const template = { metadata: { labels: { app: own } }, spec };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: own, namespace },
    spec: { selector: { matchLabels: { app: own } }, template },
  };
}

/** Makes it, unless it is there from the last run on this cluster. */
const make = (path, body) =>
  api('POST', path, body).catch((error) => {
    if (!error.message.includes(': 409 ')) throw error;
  });

export async function makeNamespace() {
  await make('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
}

/** Makes the DaemonSet of all nodes; its status once nothing moves any more. */
export async function rollOut(nodes, minutes) {
  const begin = now();
  await make(sets(), daemonSet(name));
  let [best, since] = [0, now()];
  for (;;) {
    const { status } = await api('GET', sets(name));
    const [desired, available] = [status.desiredNumberScheduled ?? 0, status.numberAvailable ?? 0];
    if (available > best) [best, since] = [available, now()];
    const resting = now() - since;
    // Nodes whose lease lapsed under load have a pod that is not ready.
    const enough = desired >= nodes * 0.97 && available >= desired * 0.97;
    if ((available === nodes && desired === nodes) || (enough && resting > 20_000)) {
      return { desired, available, seconds: (now() - begin) / 1000 };
    }
    if (now() - begin > minutes * 60_000) {
      throw new Error(`${available} of ${desired} pods are available after ${minutes} minutes`);
    }
    await sleep(500);
  }
}

/** Names of its pods that are ready. */
export async function readyPods() {
  const list = await api('GET', `${podsPath}?labelSelector=app%3D${name}`);
  const is = (pod) => pod.status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
  return list.items.filter(is).map((pod) => pod.metadata.name);
}

/** Another DaemonSet, on no node, with so many revisions. */
export async function withRevisions(own, count) {
  await make(sets(), daemonSet(own, { none: 'here' }));
  const handled = async () => {
    for (;;) {
      const live = await api('GET', sets(own));
      if ((live.status.observedGeneration ?? 0) >= live.metadata.generation) return;
      await sleep(20);
    }
  };
  await api('PATCH', sets(own), { spec: { revisionHistoryLimit: count } }, merge);
  await handled();
  for (let i = 2; i <= count; i++) {
    const image = `example.com/agent:${i}`;
    await api('PATCH', sets(own), { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } }, merge);
    await handled();
  }
}

/** A pod that starts to fail, or is well again. */
export async function fail(pod, fails) {
  const at = new Date().toISOString().replace(/\.\d+/, '');
  const status = fails ? 'False' : 'True';
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' };
  const state = fails ? { waiting } : { running: { startedAt: at } };
  const image = 'example.com/agent:1';
  const container = (name) => ({ name, image, imageID: image, restartCount: 0, ready: !fails, started: !fails, state });
  const body = {
    status: {
      conditions: ['Ready', 'ContainersReady'].map((type) => ({ type, status, lastTransitionTime: at })),
      containerStatuses: ['main', 'side'].map(container),
    },
  };
  await api('PATCH', `${podsPath}/${pod}/status`, body, merge);
}

/** What the apiserver counts of watches on pods: how many, and events sent to all of them. */
export async function watches() {
  const text = await api('GET', '/metrics');
  const sum = (metric, ...labels) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${metric}{`) && labels.every((label) => line.includes(label)))
      .reduce((all, line) => all + Number(line.split(' ').at(-1)), 0);
  return {
    pods: sum('apiserver_longrunning_requests', 'resource="pods"', 'verb="WATCH"'),
    all: sum('apiserver_longrunning_requests', 'verb="WATCH"'),
    sent: sum('apiserver_watch_events_total', 'resource="pods"'),
    terminated: sum('apiserver_terminated_watchers_total', 'resource="pods"'),
  };
}

/** Bytes that a process got from the apiserver on connections that are open, by connection. */
export function received(pid) {
  const { port } = new URL(credentials().base);
  const text = execFileSync('ss', ['-tinpHO', 'state', 'established', 'dport', '=', `:${port}`], { encoding: 'utf8' });
  const own = text.split('\n').filter((line) => line.includes(`pid=${pid},`));
  return new Map(own.map((line) => [line.split(/\s+/)[2], Number(line.match(/bytes_received:(\d+)/)?.[1] ?? 0)]));
}

/** How many more bytes on the later look. */
export function more(before, after) {
  return [...after].reduce((all, [own, bytes]) => all + bytes - (before.get(own) ?? 0), 0);
}

/** What curl asks for the same list, which it would be given with spaces else; the keys as files. */
export function keyFiles(folder) {
  const { base, cert, key } = credentials();
  writeFileSync(`${folder}/cert.pem`, cert, { mode: 0o600 });
  writeFileSync(`${folder}/key.pem`, key, { mode: 0o600 });
  return ['-sk', '--cert', `${folder}/cert.pem`, '--key', `${folder}/key.pem`, `${base}${podsPath}?labelSelector=app%3D${name}&pretty=false`];
}

/**
 * Controllers that share two cores with what is measured give way: a DaemonSet
 * controller counts all nodes at each event of a pod, on a whole core.
 */
export function giveWay(pids) {
  const one = (of, doing) => {
    try {
      doing();
    } catch (error) {
      console.error(`  ${of} does not give way: ${error.message}`);
    }
  };
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) one(pid, () => os.setPriority(Number(thread), 15));
    one(pid, () => writeFileSync(`/proc/${pid}/autogroup`, '15'));
  }
}
