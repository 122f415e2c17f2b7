// The table P1 to P16: what each row is held against. Anchors are figures that
// others gave; targets were set before anything was measured.
const MIB = 1 << 20;

/** A row is met when its value is `most` at most. */
export const table = [
  { id: 'P1 idle', metric: 'server memory (RSS), before any DaemonSet', anchor: 'Headlamp 82 MB at start', target: '12 MiB', most: 12 * MIB, unit: 'MiB' },
  { id: 'P1', metric: 'server memory (RSS) with the board', anchor: 'Go informer: 13 to 35 KB a pod', target: '30 MiB', most: 30 * MIB, unit: 'MiB' },
  { id: 'P1 replay', metric: 'the same with 65,000 pods replayed', anchor: '', target: '130 MiB' },
  { id: 'P2', metric: 'memory a pod (nodes included)', anchor: '13 to 35 KB', target: '1 KiB', most: 1024, unit: 'B' },
  { id: 'P3', metric: 'largest memory during the sync, to what stays', anchor: '2 (kube-rs)', target: '1.3', most: 1.3, unit: '' },
  { id: 'P4', metric: 'cold start to the complete first page', anchor: '15 s, kubectl, 5,000 pods, real link', target: '1.5 s', most: 1500, unit: 'ms' },
  { id: 'P4 ratio', metric: 'the same, to `curl` of the same list', anchor: '1', target: '1.3', most: 1.3, unit: '' },
  { id: 'P5', metric: 'commit to page at 100 changes a second, p50', anchor: 'Argo CD up to 40 s', target: '30 ms', most: 30, unit: 'ms' },
  { id: 'P5 p99', metric: 'the same, p99', anchor: 'the same', target: '100 ms', most: 100, unit: 'ms' },
  { id: 'P6', metric: 'watches on pods with 1,000 viewers, less those with 1', anchor: 'Headlamp: each user their own', target: '0', most: 0, unit: '' },
  { id: 'P6 sent', metric: 'what the apiserver sends on them a change, 1,000 viewers to 1 (off by)', anchor: 'the same', target: '1 %', most: 1, unit: '%' },
  { id: 'P7', metric: 'server CPU, 1,000 viewers, 200 changes a second', anchor: '42 ns a receiver in process', target: '50 % of a core', most: 50, unit: '%' },
  { id: 'P7 p99', metric: 'change to told, the same viewers, p99', anchor: '', target: '250 ms', most: 250, unit: 'ms' },
  { id: 'P8', metric: 'memory an idle viewer', anchor: '10.3 kB, autopush', target: '10 KiB', most: 10240, unit: 'B' },
  { id: 'P9', metric: 'page with all nodes, brotli', anchor: '40 MB of JSON', target: '60 KB', most: 60_000, unit: 'kB' },
  { id: 'P9 change', metric: 'bytes to a tab a change, 200 changes a second', anchor: '8 KB of JSON', target: '24 B', most: 24, unit: 'B' },
  { id: 'P10', metric: 'all bytes of a first load', anchor: 'Headlamp 4.8 MB', target: '250 KB', most: 250_000, unit: 'kB' },
  { id: 'P10 module', metric: 'wasm, not compressed', anchor: '', target: '800 KB', most: 800_000, unit: 'kB' },
  { id: 'P11', metric: 'largest paint, 1.6 Mbit/s, 150 ms, CPU 4x slower', anchor: 'good is 2.5 s', target: '1.2 s', most: 1200, unit: 'ms' },
  { id: 'P11 live', metric: 'awake (live rows), the same', anchor: '', target: '2.5 s', most: 2500, unit: 'ms' },
  { id: 'P12', metric: 'interaction to next paint, CPU 4x slower, p98', anchor: 'good is 200 ms', target: '100 ms', most: 100, unit: 'ms' },
  { id: 'P13', metric: 'tab heap, script and module', anchor: 'Headlamp 3.5 GB at 1,300 nodes', target: '64 MB', most: 64e6, unit: 'MB' },
  { id: 'P13 slope', metric: 'growth of it at 100 changes a second', anchor: 'Lens 30 kB/s', target: '0.1 MB/h', most: 0.1e6, unit: 'MB' },
  { id: 'P14 quiet', metric: 'server CPU when nothing changes, one viewer', anchor: '', target: '0.5 % of a core', most: 0.5, unit: '%' },
  { id: 'P14', metric: 'server CPU at 200 changes a second, one viewer', anchor: 'Headlamp 100 % at 1,000 pods', target: '10 % of a core', most: 10, unit: '%' },
  { id: 'P15', metric: 'history and diff of 50 revisions, p99', anchor: '`kubectl rollout history`', target: '20 ms', most: 20, unit: 'ms' },
  { id: 'P16', metric: 'verdict that contradicts kubectl, of 10,000 traces', anchor: 'kubectl', target: '0', most: 0, unit: '' },
];

/** A value in the unit of its row. */
export function shown(value, unit) {
  const per = { MiB: MIB, kB: 1e3, MB: 1e6 }[unit] ?? 1;
  const number = value / per;
  const digits = number >= 100 || Number.isInteger(number) ? 0 : number >= 10 ? 1 : 2;
  return `${number.toFixed(digits)}${unit && ` ${unit}`}`;
}

/** What a row came to: met or missed, and whether it was put to its test. */
export function came({ value, light }, most) {
  if (value === undefined) return '';
  if (value > most) return 'missed';
  return light ? 'met, at fewer changes' : 'met';
}
