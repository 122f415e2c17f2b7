// The cluster of a made-up record: its workloads with the uids that the record
// knows them by. An apiserver gives each object a uid of its own, so they are
// put where it keeps them (etcd's JSON gateway).
import { need, sleep } from './tools.mjs';

/** Old revisions of each that are still there. */
const REVISIONS = 9;

const plain = (text) => Buffer.from(text).toString('base64');
const digits = (number, length) => String(number).padStart(length, '0');

/** Namespace, name and uid of a workload, as the example `history` makes them. */
export const workload = (number) => ({
  namespace: `team-${number % 5}`,
  name: `agent-${digits(number, 3)}`,
  uid: `00000000-0000-4000-8000-${digits(number, 12)}`,
});

async function put(path, object) {
  const body = JSON.stringify({ key: plain(`/registry/${path}`), value: plain(JSON.stringify(object)) });
  const answer = await fetch(`${need('BENCH_ETCD')}/v3/kv/put`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`etcd does not take ${path}: ${await answer.text()}`);
}

function template(name, generation) {
  const container = (part) => ({
    name: part,
    image: `registry.example.com/platform/${name}:live-${generation}`,
    env: Array.from({ length: 8 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of ${part}` })),
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
    ports: [{ containerPort: part === 'main' ? 9000 : 9001, name: part }],
    volumeMounts: [{ name: 'logs', mountPath: '/var/log' }],
  });
  return {
    metadata: { labels: { app: name } },
    spec: { containers: [container('main'), container('side')], volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }] },
  };
}

async function one(number, begin, generation) {
  const { namespace, name, uid } = workload(number);
  const creationTimestamp = new Date(begin).toISOString().replace('.000', '');
  const meta = { name, namespace, uid, creationTimestamp, labels: { app: name } };
  const apiVersion = 'apps/v1';
  for (let of = Math.max(1, generation - REVISIONS); of < generation; of++) {
    const own = `${name}-live-${of}`;
    const owner = { apiVersion, kind: 'DaemonSet', name, uid, controller: true, blockOwnerDeletion: true };
    await put(`controllerrevisions/${namespace}/${own}`, {
      apiVersion, kind: 'ControllerRevision', revision: of,
      metadata: { ...meta, name: own, uid: `${uid.slice(0, 14)}${digits(of, 4)}${uid.slice(18)}`, ownerReferences: [owner] },
      data: { spec: { template: { ...template(name, of), $patch: 'replace' } } },
    });
  }
  const annotations = { 'deprecated.daemonset.template.generation': String(generation) };
  await put(`daemonsets/${namespace}/${name}`, {
    apiVersion, kind: 'DaemonSet', metadata: { ...meta, generation, annotations },
    spec: {
      selector: { matchLabels: { app: name } }, revisionHistoryLimit: REVISIONS + 1,
      updateStrategy: { type: 'RollingUpdate' }, template: template(name, generation),
    },
  });
}

/**
 * So many workloads that are there since the record begins, each edited once
 * since its last period; handled by the controller when this returns.
 */
export async function fill(api, workloads, made) {
  for (let i = 0; i < 5; i++) {
    const metadata = { name: `team-${i}`, uid: `00000000-0000-4000-9000-${digits(i, 12)}`, creationTimestamp: '2020-01-01T00:00:00Z' };
    await put(`namespaces/team-${i}`, {
      apiVersion: 'v1', kind: 'Namespace', metadata, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' },
    });
  }
  const edited = made.periods / made.workloads + 1;
  for (let number = 0; number < workloads; number++) await one(number, made.begin, edited);
  for (;;) {
    const { items } = await api('GET', '/apis/apps/v1/daemonsets');
    const handled = items.filter((own) => own.status.observedGeneration === own.metadata.generation);
    if (handled.length === workloads) return;
    await sleep(200);
  }
}
