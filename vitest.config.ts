import { defineConfig } from 'vitest/config';

/**
 * Three projects, one after the other: `unit` (fast, no server), `integration` (real servers and databases; two
 * files at a time, because each starts processes of its own, and much of its time is waiting) and `browser` (the
 * built page in Chromium, against a real server, likewise; left out where there is no Chromium).
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/count-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'dashboard/src/**/*.test.ts', 'test/unit/**/*.test.ts'],
          environment: 'node',
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
          globalSetup: ['test/support/postgres-server.ts', 'test/support/database-templates.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // Waits are for conditions, so that these only end what hangs, however busy the machine is.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/built-dashboard.ts', 'test/support/database-templates.ts'],
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
