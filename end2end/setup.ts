// Starts one cluster with the demo's story and Rollbook on it; ends both.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout! });
    lines.once('line', resolve);
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
}

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests by \`cargo xtask test\``);
  return value;
}

export default async function setup() {
  const cluster = spawn(need('ROLLBOOK_XTASK'), ['cluster', '--name', 'browser', '--nodes', '6', '--story', '--watcher', need('ROLLBOOK_BIN')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const told = JSON.parse(await firstLine(cluster));
  const server = spawn(need('ROLLBOOK_BIN'), ['--kubeconfig', told.kubeconfig, '--record', told.record, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RUST_LOG: 'warn' },
  });
  const link = (await firstLine(server)).match(/http:\S+/)![0];
  process.env.ROLLBOOK_URL = link.replace(/\/$/, '');
  process.env.ROLLBOOK_KUBECONFIG = told.kubeconfig;
  process.env.ROLLBOOK_KUBECTL = told.kubectl;
  for (let i = 0; i < 100; i++) {
    const answer = await fetch(`${process.env.ROLLBOOK_URL}/readyz`);
    if (answer.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return async () => {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
    cluster.stdin!.end();
    await new Promise((resolve) => cluster.once('exit', resolve));
  };
}
