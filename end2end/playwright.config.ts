// Browser tests: the real server on a real control plane, in a real browser,
// with scripts and without.
import { defineConfig } from '@playwright/test';

const browser = {
  launchOptions: {
    executablePath: process.env.ROLLBOOK_CHROMIUM || undefined,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
};

export default defineConfig({
  testDir: 'tests',
  // One cluster is shared by all tests of a file; files run one after another
  // on two cores.
  workers: 1,
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  globalSetup: './setup.ts',
  use: { ...browser, locale: 'en-GB', viewport: { width: 1440, height: 900 }, trace: 'retain-on-failure' },
  projects: [
    { name: 'scripts', use: { javaScriptEnabled: true } },
    { name: 'no-scripts', use: { javaScriptEnabled: false }, grepInvert: /@scripts/ },
  ],
});
