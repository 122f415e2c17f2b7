// Many viewers, in processes of their own: started with `viewers`, told what to
// do by messages.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpu, sleep } from '../tools.mjs';
import { Tab } from './tab.mjs';

const PROCESSES = 2;

/** A crowd that is as large as it is told to be. */
export function viewers(page) {
  const children = Array.from({ length: PROCESSES }, () => fork(fileURLToPath(import.meta.url), ['viewers']));
  for (const child of children) child.setMaxListeners(0).on('error', () => {});
  const ask = (child, message) =>
    new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error('the viewers have ended')));
      child.once('message', (answer) => (answer.failed ? reject(new Error(answer.failed)) : resolve(answer)));
      child.send(message);
    });
  const all = (message) => Promise.all(children.map((child, i) => ask(child, message(i))));
  return {
    /** Grows to so many; all have been told of the nodes when it returns. */
    grow: (count) => all((i) => ({ op: 'grow', page, count: Math.floor((count + PROCESSES - 1 - i) / PROCESSES) })),
    /** What comes is counted from here on. */
    begin: () => all(() => ({ op: 'begin' })),
    /** What came, and how long after each probe (`at`, `made`) it did. */
    async end(probes) {
      const answers = await all(() => ({ op: 'end', probes }));
      const sum = (name) => answers.reduce((all, own) => all + own[name], 0);
      return {
        told: answers.flatMap((own) => own.told),
        drawn: answers.flatMap((own) => own.drawn),
        streamed: sum('streamed'),
        fetched: sum('fetched'),
        events: sum('events'),
        answers: sum('answers'),
        missed: sum('missed'),
        cpu: sum('cpu'),
        trouble: [...new Set(answers.flatMap((own) => own.trouble))],
      };
    },
    stop: () => children.forEach((child) => child.kill('SIGKILL')),
  };
}

if (process.argv[2] === 'viewers') {
  process.on('disconnect', () => process.exit());
  const tabs = [];
  let begun = 0;
  const does = {
    async grow({ page, count }) {
      while (tabs.length < count) {
        const fresh = Array.from({ length: Math.min(20, count - tabs.length) }, () => new Tab(page));
        tabs.push(...fresh);
        await Promise.race([
          Promise.all(fresh.map((tab) => tab.open())),
          sleep(60_000).then(() => Promise.reject(new Error('a viewer was told nothing for a minute'))),
        ]);
      }
      return {};
    },
    async begin() {
      for (const tab of tabs) {
        Object.assign(tab, { told: [], shown: [], trouble: '' });
        Object.assign(tab.bytes, { streamed: 0, fetched: 0, events: 0, answers: 0 });
      }
      begun = cpu(process.pid);
      return {};
    },
    async end({ probes }) {
      const answer = { told: [], drawn: [], missed: 0, streamed: 0, fetched: 0, events: 0, answers: 0 };
      answer.cpu = cpu(process.pid) - begun;
      answer.trouble = tabs.map((tab) => tab.trouble).filter(Boolean);
      for (const tab of tabs) {
        for (const name of Object.keys(tab.bytes)) answer[name] += tab.bytes[name];
        for (const { at, made } of probes) {
          for (const [list, into] of [[tab.told, answer.told], [tab.shown, answer.drawn]]) {
            const found = list.find(([number, when]) => number >= made && when >= at);
            if (found) into.push(found[1] - at);
            else answer.missed++;
          }
        }
      }
      return answer;
    },
  };
  process.on('message', (message) =>
    does[message.op](message).then(
      (answer) => process.send(answer),
      (error) => process.send({ failed: error.message }),
    ),
  );
}
