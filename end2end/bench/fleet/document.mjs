// Writes docs/performance.md and its picture from the results of
// `cargo xtask bench --fleet`. Words about what is missed are in missed.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { missed } from './missed.mjs';
import { came, shown, table } from './table.mjs';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const { machine, results, samples } = JSON.parse(readFileSync(process.argv[2]));
const load = (all) => all.map((n) => n.toFixed(1)).join(', ');
const count = (n) => n.toLocaleString('en');

const rows = table.map((own) => ({ ...own, ...(results[own.id] ?? { not: 'the run ended before it' }) }));
const measured = rows.filter((own) => own.value !== undefined);
const over = measured.filter((own) => own.value > own.most);
const lightly = measured.filter((own) => own.value <= own.most && own.light);

const line = (own) => {
  const is = own.value === undefined ? `not measured: ${own.not}` : `**${shown(own.value, own.unit)}**${own.words ? `; ${own.words}` : ''}`;
  return `| ${own.id} | ${own.metric} | ${own.anchor} | ${own.target} | ${is} | ${own.peer ?? ''} | ${came(own, own.most)} |`;
};

const crowd = (one) => {
  const p = (of, at) => (of[at] === undefined ? '' : of[at].toFixed(0));
  return (
    `| ${count(one.viewers)} | ${one.rate} | ${one.reached.toFixed(0)} | ${one.cpu.toFixed(1)} % | ${shown(one.memory, 'MiB')} | ` +
    `${p(one.told, 'p50')} / ${p(one.told, 'p99')} | ${p(one.drawn, 'p50')} / ${p(one.drawn, 'p99')} | ${one.late} | ${one.watches.pods} | ` +
    `${one.changes ? ((one.received / (one.written ?? one.changes)) / 1e3).toFixed(1) : ''} | ${one.load.toFixed(0)} % |`
  );
};

/** Measured to target, a bar a row, on a logarithmic scale with the target in the middle. */
function picture() {
  const bars = measured.filter((own) => own.most > 0);
  const [left, width, step, top] = [380, 430, 22, 34];
  const height = top + bars.length * step + 12;
  const most = Math.max(10, ...bars.map((own) => Math.max(own.value / own.most, own.most / Math.max(own.value, 1e-9))).map((n) => Math.min(n, 1000)));
  const decades = Math.ceil(Math.log10(most));
  const x = (ratio) => {
    const at = Math.max(-decades, Math.min(decades, Math.log10(Math.max(ratio, 1e-9))));
    return left + (width / 2) * (1 + at / decades);
  };
  const ticks = Array.from({ length: decades * 2 + 1 }, (_, i) => i - decades);
  const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 70} ${height}" width="${left + width + 70}" height="${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="Measured to target of each row; shorter than the line in the middle is better">`,
    // Readable on white and on black: GitHub shows both.
    '<style>text{fill:#57606a}.met{fill:#2da44e}.missed{fill:#cf5a1f}.light{opacity:.45}line{stroke:#8c959f}@media (prefers-color-scheme: dark){text{fill:#b1bac4}.missed{fill:#f0883e}.met{fill:#3fb950}line{stroke:#6e7681}}</style>',
  ];
  for (const at of ticks) {
    const place = x(10 ** at);
    const words = at === 0 ? 'target' : at > 0 ? `${10 ** at}x` : `1/${10 ** -at}`;
    parts.push(`<line x1="${place}" x2="${place}" y1="${top - 8}" y2="${height - 8}" stroke-width="${at === 0 ? 1.5 : 0.4}"/>`);
    parts.push(`<text x="${place}" y="${top - 14}" text-anchor="middle">${words}</text>`);
  }
  bars.forEach((own, i) => {
    const [y, ratio] = [top + i * step, own.value / own.most];
    const [from, to] = [x(1), x(ratio)].sort((a, b) => a - b);
    const met = ratio > 1 ? 'missed' : own.light ? 'met light' : 'met';
    const room = 52 - own.id.length;
    const name = own.metric.length > room ? `${own.metric.slice(0, room - 1)}…` : own.metric;
    parts.push(`<text x="${left - 8}" y="${y + 13}" text-anchor="end"><tspan font-weight="600">${own.id}</tspan> ${escape(name)}</text>`);
    parts.push(`<rect class="${met}" x="${from.toFixed(1)}" y="${y + 3}" width="${Math.max(1, to - from).toFixed(1)}" height="${step - 8}" rx="2"/>`);
    const [place, anchor] = ratio <= 1 ? [from - 5, 'end'] : [to + 5, 'start'];
    parts.push(`<text x="${place.toFixed(1)}" y="${y + 13}" text-anchor="${anchor}">${escape(shown(own.value, own.unit))}</text>`);
  });
  return `${parts.join('\n')}\n</svg>\n`;
}

const crowds = samples.crowds ?? [];
const page = `# A fleet

\`cargo xtask bench --fleet\` starts a control plane with ${count(5000)} nodes that KWOK plays, puts a DaemonSet on all of them, lets up to a
thousand viewers look at it while its pods change, prints this table and leaves every sample in \`target/fleet.json\`. With
\`--document\` it writes this page, too; \`--nodes\` sets the size. [BENCH.md](BENCH.md) has the figures beside kubectl and those of the record.

Measured on ${machine.date}: ${count(machine.pods)} pods on ${count(machine.nodes)} nodes; ${machine.cpus} CPUs (${machine.model}), ${(machine.memory / 1e9).toFixed(0)} GB,
kubectl ${machine.kubectl}. Load average ${load(machine.loads.before)} before and ${load(machine.loads.after)} after.
Apiserver, etcd, controllers, KWOK, the viewers, the browser and the server share the cores, and other work may run beside them:
times are longer than those of a server of its own. Of ${measured.length} rows ${measured.length - over.length - lightly.length} meet their target,
${over.length} miss it, and ${lightly.length} meet it with fewer changes a second than they ask for: the apiserver did not take more here.${machine.note ? `\n\n${machine.note}` : ''}

![Measured to target](images/fleet.svg)

To the left of the line is better than the target. Pale: with fewer changes a second than the row asks for.

| # | metric | anchor | target | measured | beside it | |
|---|---|---|---|---|---|---|
${rows.map(line).join('\n')}

Anchors are what others published, not measured here; "beside it" was measured in the same run.

## Missed, why, and what comes next

${over.map((own) => `- **${own.id}**, ${own.metric}: ${missed[own.id] ?? 'not looked into yet.'}`).join('\n')}

## Viewers and changes

| viewers | changes a second | reached | server CPU | memory | told, p50 / p99 ms | fetched, p50 / p99 ms | late | watches on pods | kB a change | viewers' CPU |
|---|---|---|---|---|---|---|---|---|---|---|
${crowds.map(crowd).join('\n')}

- **changes**: pods that get unready and ready again, written to the apiserver. **reached** is what it took of them on this machine.
- **told**, **fetched**: one more pod fails and is well again, about once a second. From the answer of that write until a viewer was told
  of the picture that shows it, and until the drawn parts that it then fetched were there; of all viewers. Which picture that is tells one
  more who fetches and reads each. **late**: probes that no answer showed within 20 s.
- **watches on pods**: \`apiserver_longrunning_requests\`; of all clients, so those of the scheduler, the controllers and KWOK are among
  them. **kB a change**: what the server received from the apiserver (\`ss\`), the status of
  the DaemonSet included, which is written by time and not by change; so rows that reached less have more of it. **P6 sent** is
  \`apiserver_watch_events_total\` of pods by all changes, for all watches on pods together. \`apiserver_terminated_watchers_total\` of pods, watches that
  the apiserver closed because their reader was too slow, at the end: ${samples.terminated ?? 'not read'}; of all clients as well, and it does not say whose. The controllers have a low priority here.
- **viewers' CPU**: what the viewers themselves take of the two cores, in two processes; they read answers and do not unpack them.
  A viewer fetches one answer at a time.

## How the rows are measured

- The controllers and the scheduler run at a low priority: the DaemonSet controller counts all nodes again at each change of a pod, which
  by itself takes a whole core. They still run, and what they write reaches the server.
- **P1 idle** ten seconds after the start, on a cluster with the nodes and without a DaemonSet. **P1** ten seconds after the board was first
  made. **P2** is the difference of the two for each pod: it pays for the node of each pod, too. **P3** is \`VmHWM\` of the start over P1; a
  list that is made anew later is not measured.
- **P4** from the start of the process until a page with the board was read whole; five starts. \`curl\` reads the list of its pods only,
  and throws it away; kubectl prints a table.
- **P5** in Chromium, from the answer of the PATCH until the number of failing nodes in the page differs; 30 times.
- **P8** streams without anything told but the beat; bytes of memory of the process, not of the heap. **P9** as compressed for the wire.
- **P11** is the median of five first visits; **awake** is when the page follows the stream.
- **P12** opens and closes the help, moves with the keys, types into the search. What takes less than 16 ms is not told by the browser and counts as 16.
- **P13** after a collection, every half minute; a slope over minutes says little of days.
- **P14 quiet** over a minute; KWOK goes on renewing leases.
- **P15** is the sum of a history and a comparison, warm.
- **P16** is \`agrees_with_kubectl\` in \`domain/src/verdict/tests.rs\`.
`;
writeFileSync(`${docs}performance.md`, page);
writeFileSync(`${docs}images/fleet.svg`, picture());
console.error('  wrote docs/performance.md and docs/images/fleet.svg');
