import { defineConfig } from 'vitest/config';

/** Property and fuzz tests of other suites, which run with more inputs here. */
const PROPERTIES = [
  'src/**/*.test.ts',
  'test/unit/builtin/*.test.ts',
  'test/conformance/**/*.test.ts',
  'test/integration/archive-filter.test.ts',
  'test/integration/changes-together.test.ts',
  'test/integration/sign-in-fuzz.test.ts',
  'test/integration/state-machine/*.test.ts',
];

/**
 * The long form of the fault and fuzz suites: `npm run test:faults`. CI runs the same files shorter. It also runs the
 * conformance tests on each kind of database, of which CI runs some on one.
 */
export default defineConfig({
  test: {
    name: 'faults',
    include: ['test/faults/**/*.test.ts', ...PROPERTIES],
    environment: 'node',
    env: { BATCHLINE_FAULTS: 'long', BATCHLINE_FUZZ_RUNS: process.env.BATCHLINE_FUZZ_RUNS ?? '3000' },
    globalSetup: [
      'test/support/postgres-server.ts',
      'test/support/database-templates.ts',
      'test/support/bundled-modules.ts',
    ],
    reporters: ['verbose', './test/support/count-reporter.ts'],
    maxWorkers: 2,
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
  },
});
