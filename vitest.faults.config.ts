import { defineConfig } from 'vitest/config';

/** The long form of the fault suite: `npm run test:faults`. CI runs the same files shorter, with the integration tests. */
export default defineConfig({
  test: {
    name: 'faults',
    include: ['test/faults/**/*.test.ts'],
    environment: 'node',
    env: { BATCHLINE_FAULTS: 'long' },
    globalSetup: ['test/support/postgres-server.ts', 'test/support/database-templates.ts'],
    reporters: ['verbose', './test/support/count-reporter.ts'],
    maxWorkers: 2,
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
  },
});
