// Pods that get unready and ready again, so many a second, written straight to
// the apiserver from a process of its own.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { apiserver, now, sleep } from '../tools.mjs';

/** Most requests under way. */
const MOST = 128;

export const merge = 'application/strategic-merge-patch+json';

/** The status of a pod that is ready or not. */
export function ready(is) {
  const status = is ? 'True' : 'False';
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, '');
  const condition = (type) => ({ type, status, lastTransitionTime, reason: is ? null : 'ContainersNotReady' });
  return { status: { conditions: [condition('Ready'), condition('ContainersReady')] } };
}

/** Changes of these pods until `stop`, which tells how many a second it came to. */
export function churn(namespace, pods, rate) {
  const child = fork(fileURLToPath(import.meta.url), ['churn']);
  const names = pods.slice(0, Math.max(20, rate));
  child.send({ namespace, names, rate });
  // It tells why itself.
  child.setMaxListeners(0).on('error', () => {});
  const told = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', () => reject(new Error('what changes the pods has ended')));
    });
  return {
    /** How many were answered so far. */
    async count() {
      const answer = told();
      child.send('count');
      return (await answer).answered;
    },
    async stop() {
      const answer = told();
      child.send('stop');
      const result = await answer;
      child.kill();
      return result;
    },
  };
}

if (process.argv[2] === 'churn') {
  process.on('disconnect', () => process.exit());
  const api = apiserver(MOST);
  let [stopped, answered, failed, open, sent] = [false, 0, 0, 0, 0];
  const run = async ({ namespace, names, rate }) => {
    const path = (name) => `/api/v1/namespaces/${namespace}/pods/${name}/status`;
    const is = names.map(() => true);
    const busy = new Set();
    const turn = async (i, to) => {
      busy.add(i);
      open++;
      await api('PATCH', path(names[i]), ready(to), merge).then(() => answered++, () => failed++);
      is[i] = to;
      open--;
      busy.delete(i);
    };
    const begin = now();
    while (!stopped) {
      let due = Math.min(((now() - begin) / 1000) * rate - sent, rate / 4);
      for (; due >= 1 && open < MOST; due--) {
        // Every other pod is unready at any time.
        const i = (sent * 2 + (Math.floor((sent * 2) / names.length) % 2)) % names.length;
        sent++;
        if (!busy.has(i)) turn(i, !is[i]);
      }
      // What could not be sent in time is not made up for.
      if (due > 1) sent += Math.floor(due);
      await sleep(5);
    }
    while (open > 0) await sleep(5);
    const seconds = (now() - begin) / 1000;
    const total = answered;
    for (let i = 0; i < names.length; i++) {
      while (open >= MOST) await sleep(2);
      if (!is[i]) turn(i, true);
    }
    while (open > 0) await sleep(5);
    process.send({ rate: total / seconds, answered: total, all: answered, failed });
  };
  process.on('message', (message) => {
    if (message === 'stop') stopped = true;
    else if (message === 'count') process.send({ answered });
    else run(message);
  });
}
