// Viewers times churn: what the server needs, and how late a viewer learns.
import os from 'node:os';
import { brotliDecompressSync } from 'node:zlib';
import { cpu, memory, now, sleep, spread } from '../tools.mjs';
import * as cluster from './cluster.mjs';
import { churn } from './churn.mjs';
import { Tab } from './tab.mjs';
import { viewers } from './viewers.mjs';

/** Time for a crowd to come to rest, and between two probes. */
const REST = 6000;
const BETWEEN = 900;

/**
 * One more that looks at every picture and reads it: when a pod fails or is well
 * again, the number of the picture that shows it first.
 */
class Reader {
  #seen = [];
  constructor(page) {
    this.tab = new Tab({ ...page, pace: 0, onBody: (body) => this.#read(brotliDecompressSync(body).toString()) });
  }

  #read(text) {
    const failing = text.match(/value="new-failing"[\s\S]*?<b>(?:<!--.*?-->)*(\d+)/)?.[1];
    const made = text.match(/data-drawn="n[^"]*-(\d+)"/)?.[1];
    if (made) this.#seen.push({ failing: Number(failing ?? 0), made: Number(made), at: now() });
  }

  /** Changes the pod; the probe, once the page shows it. */
  async probe(pod, fails) {
    const before = this.#seen.at(-1)?.failing ?? 0;
    const from = this.#seen.length;
    await cluster.fail(pod, fails);
    const at = now();
    while (now() - at < 20_000) {
      const found = this.#seen.slice(from).find((one) => (fails ? one.failing > before : one.failing < before));
      if (found) return { at, made: found.made };
      await sleep(5);
    }
    return null;
  }
}

/** Memory of the server with so many idle viewers, and with so many. */
export async function idle({ server, crowd }) {
  const others = viewers({ url: server.url, path: cluster.page, stream: cluster.stream });
  const looks = [];
  try {
    for (const count of crowd) {
      await others.grow(count);
      await sleep(REST * 2);
      looks.push({ viewers: count, memory: memory(server.pid).now });
    }
  } finally {
    others.stop();
  }
  return looks;
}

/**
 * Every number of viewers with every rate of changes. `each` is told of one
 * measure when it is there. Where it probes, one more reads along.
 */
export async function crowds({ server, pods, crowd, rates, seconds, probes = true, each = () => {} }) {
  const page = { url: server.url, path: cluster.page, stream: cluster.stream };
  const all = [];
  const reader = probes ? new Reader(page) : null;
  await reader?.tab.open();
  // The page was loaded once before it is followed.
  reader?.tab.look();
  const others = viewers(page);
  try {
    for (const count of crowd) {
      await others.grow(count);
      await sleep(REST);
      for (const rate of rates) {
        const one = await measure({ server, pods, count, rate, seconds, others, reader });
        one.load1 = os.loadavg()[0];
        all.push(one);
        each(one);
        console.error(`    ${describe(one)}`);
        await sleep(2000);
      }
    }
  } finally {
    others.stop();
    reader?.tab.close();
  }
  return all;
}

const describe = (one) =>
  `${one.viewers} viewers, ${one.reached.toFixed(0)} of ${one.rate} a second: server ${one.cpu.toFixed(1)} %, ` +
  `${(one.memory / (1 << 20)).toFixed(1)} MiB, told p99 ${one.told.p99?.toFixed(0)} ms, drawn p99 ${one.drawn.p99?.toFixed(0)} ms, ` +
  `viewers ${one.load.toFixed(0)} %, watches ${one.watches.pods}, load ${one.load1.toFixed(1)}`;

async function measure({ server, pods, count, rate, seconds, others, reader }) {
  // Counted from quiet to quiet: two counts are never taken at one moment.
  const counted = { got: cluster.received(server.pid), watches: await cluster.watches() };
  const load = rate > 0 ? churn(cluster.namespace, pods.slice(1), rate) : null;
  await sleep(load ? 2000 : 0);
  const begun = (await load?.count()) ?? 0;
  await others.begin();
  const from = { at: now(), cpu: cpu(server.pid), self: process.cpuUsage() };
  const probes = [];
  let late = 0;
  while (now() - from.at < seconds * 1000) {
    const probe = reader && (await reader.probe(pods[0], (probes.length + late) % 2 === 0));
    if (probe) probes.push(probe);
    else if (reader) late++;
    await sleep(BETWEEN);
  }
  const spent = (now() - from.at) / 1000;
  const used = cpu(server.pid) - from.cpu;
  const changes = ((await load?.count()) ?? 0) - begun;
  const came = await others.end(probes);
  const self = process.cpuUsage(from.self);
  const stopped = await load?.stop();
  if (reader) await cluster.fail(pods[0], false);
  await sleep(2000);
  const watches = await cluster.watches();
  const bytes = cluster.more(counted.got, cluster.received(server.pid));
  const { told, drawn, ...rest } = came;
  return {
    ...rest,
    viewers: count,
    rate,
    reached: changes / spent,
    changes,
    seconds: spent,
    cpu: (used / spent) * 100,
    load: ((came.cpu + (self.user + self.system) / 1e6) / spent) * 100,
    memory: memory(server.pid).now,
    told: spread(told),
    drawn: spread(drawn),
    probes: probes.length,
    late,
    failed: stopped?.failed ?? 0,
    received: bytes,
    // All changes from quiet to quiet.
    written: (stopped?.all ?? 0) + probes.length + late,
    // One may be between two requests.
    watches: { pods: Math.max(watches.pods, counted.watches.pods), all: watches.all, sent: watches.sent - counted.watches.sent },
  };
}
