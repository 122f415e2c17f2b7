// What a real browser says of the page of the workload.
import { createRequire } from 'node:module';
import { now, sleep } from '../tools.mjs';
import { fail } from './cluster.mjs';

const { chromium } = createRequire(import.meta.url)('@playwright/test');

/** The chip that counts failing nodes. */
const CHIP = 'button[name="state"][value="new-failing"] b';

export const launch = () =>
  chromium.launch({
    executablePath: process.env.ROLLBOOK_CHROMIUM || undefined,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });

/** A page that is awake, in a context of its own. */
async function awake(browser, url, before = async () => {}) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const cdp = await context.newCDPSession(page);
  await before(page, cdp);
  const begin = now();
  await page.goto(url);
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  return { page, cdp, millis: now() - begin, close: () => context.close() };
}

/** From the answer of a PATCH until the page says it, so many times. */
export async function commitToPage(browser, url, pod, count) {
  const { page, close } = await awake(browser, url);
  await page.evaluate((chip) => {
    window.seen = [];
    const look = () => {
      const text = document.querySelector(chip)?.textContent;
      if (text !== window.seen.at(-1)?.text) window.seen.push({ text, at: performance.timeOrigin + performance.now() });
    };
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  }, CHIP);
  await sleep(3000);
  const all = [];
  let late = 0;
  for (let i = 0; i < count; i++) {
    const before = await page.evaluate(() => window.seen.length);
    await fail(pod, i % 2 === 0);
    const committed = now();
    try {
      await page.waitForFunction((before) => window.seen.length > before, before, { timeout: 20_000 });
      const at = await page.evaluate((before) => window.seen[before].at, before);
      all.push(Math.max(0, at - committed));
    } catch {
      late++;
    }
    // Not in step with the pace of the page.
    await sleep(600 + ((i * 137) % 700));
  }
  if (count % 2) await fail(pod, false);
  await close();
  return { all, late };
}

/** All bytes of a first visit, by file. */
export async function firstLoad(browser, url) {
  const of = new Map();
  const bytes = {};
  const { millis, close } = await awake(browser, url, async (_, cdp) => {
    await cdp.send('Network.enable');
    cdp.on('Network.responseReceived', (event) => of.set(event.requestId, new URL(event.response.url).pathname));
    cdp.on('Network.loadingFinished', (event) => (bytes[of.get(event.requestId)] = event.encodedDataLength));
  });
  await sleep(500);
  await close();
  return { bytes, total: Object.values(bytes).reduce((a, b) => a + b, 0), millis };
}

/** A first visit from far away with a slow processor: 1.6 Mbit/s, 150 ms, a quarter of the speed. */
export async function slowLoad(browser, url) {
  const { page, millis, close } = await awake(browser, url, async (page, cdp) => {
    await cdp.send('Network.enable');
    await cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 150,
      downloadThroughput: 1_600_000 / 8,
      uploadThroughput: 750_000 / 8,
    });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.addInitScript(() => {
      window.largest = [];
      const note = (list) => window.largest.push(...list.getEntries().map((entry) => entry.startTime));
      new PerformanceObserver(note).observe({ type: 'largest-contentful-paint', buffered: true });
    });
  });
  await sleep(1500);
  const largest = await page.evaluate(() => Math.max(...window.largest));
  await close();
  return { largest, awake: millis };
}

/** How long each interaction took until the next paint, at a quarter of the speed. */
export async function interactions(browser, url) {
  const { page, cdp, close } = await awake(browser, url);
  await page.evaluate(() => {
    window.events = {};
    const note = (list) => {
      for (const { interactionId, duration, name } of list.getEntries()) {
        if (interactionId && duration > (window.events[interactionId]?.duration ?? 0)) {
          window.events[interactionId] = { duration, name };
        }
      }
    };
    new PerformanceObserver(note).observe({ type: 'event', durationThreshold: 16, buffered: true });
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  let done = 0;
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('?');
    await sleep(150);
    await page.keyboard.press('Escape');
    for (const key of ['j', 'j', 'k', 'n', 'p']) {
      await page.keyboard.press(key);
      await sleep(120);
    }
    const find = page.locator('#nodes input[type=search]');
    await find.click();
    await page.keyboard.type('wk-eu1a', { delay: 90 });
    await find.fill('');
    await page.locator('h1').click();
    await sleep(300);
    done += 15;
  }
  await sleep(1000);
  const told = await page.evaluate(() => Object.values(window.events));
  await close();
  // Those below 16 ms are not told.
  const quick = Array.from({ length: Math.max(0, done - told.length) }, () => 16);
  return { durations: [...told.map((one) => one.duration), ...quick], told };
}

/** Bytes that the tab holds after a collection, script and module. */
async function held(cdp) {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const of = (name) => metrics.find((one) => one.name === name).value;
  return { heap: of('JSHeapUsedSize'), elements: of('Nodes'), wasm: await moduleBytes(cdp) };
}

async function moduleBytes(cdp) {
  const { result } = await cdp.send('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
  const { objects } = await cdp.send('Runtime.queryObjects', { prototypeObjectId: result.objectId });
  const sum = await cdp.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: 'function () { return this.reduce((all, own) => all + own.buffer.byteLength, 0); }',
    returnByValue: true,
  });
  return sum.result.value;
}

/** What a tab holds at first, and a look every half minute. */
export async function heap(browser, url, minutes) {
  const { cdp, close } = await awake(browser, url);
  await cdp.send('Performance.enable');
  const looks = [];
  const begin = now();
  for (let i = 0; i <= minutes * 2; i++) {
    await sleep(Math.max(0, begin + 20_000 + i * 30_000 - now()));
    looks.push({ at: now() - begin, ...(await held(cdp)) });
  }
  await close();
  return looks;
}
