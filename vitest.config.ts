import { setFlagsFromString } from 'node:v8';
import { defineConfig } from 'vitest/config';
import { BUNDLES, COMPILED } from './test/support/bundled-modules.ts';
import { LongestFirst } from './test/support/longest-first.ts';
import { useMemoryDisk } from './test/support/memory-disk.ts';
import { SHORT_LIVED } from './test/support/programs.ts';

process.env.TEST_COMPILED = COMPILED; // on the disk, for the next run
// For the threads of servers in the tests' own processes:
process.env.NODE_COMPILE_CACHE = COMPILED;
process.env.TEST_BUNDLES = BUNDLES;
const QUICK_THREADS = ['--import', new URL('test/support/quick-threads.ts', import.meta.url).href];
useMemoryDisk();
for (const flag of SHORT_LIVED) setFlagsFromString(flag); // the global setups open databases

/**
 * Three projects: `unit` (fast, no server), then together `integration` (real servers and databases) and `browser` (the built
 * dashboard in Chromium, against a real server; skipped if Chromium is missing). These run more files at a time than most
 * machines of CI have cores, because a file starts its own processes and often waits.
 *
 * The files of a worker share its modules (`isolate: false`), so that the sources are loaded and compiled once. A test restores
 * everything that it changes in its process.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/count-reporter.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          maxWorkers: 2,
          include: ['src/**/*.test.ts', 'dashboard/src/**/*.test.ts', 'test/unit/**/*.test.ts'],
          environment: 'node',
          isolate: false,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [
            'test/integration/**/*.test.ts',
            'test/conformance/**/*.test.ts',
            'test/faults/**/*.test.ts',
          ],
          environment: 'node',
          execArgv: [...SHORT_LIVED, ...QUICK_THREADS],
          isolate: false,
          globalSetup: [
            'test/support/postgres-server.ts',
            'test/support/database-templates.ts',
            'test/support/bundled-modules.ts',
          ],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          // Tests wait for conditions, so these timeouts only end tests that hang, even on a busy machine.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          environment: 'node',
          execArgv: [...SHORT_LIVED, ...QUICK_THREADS],
          isolate: false,
          globalSetup: ['test/support/built-dashboard.ts', 'test/support/database-templates.ts'],
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
