import { spawnSync } from 'node:child_process';

/*
 * `npm run test:distributed [files]`: the integration tests with the code paths of a distributed database, CockroachDB's unless
 * BATCHLINE_TEST_BACKEND names another, on a PostgreSQL where every transaction is serializable (docs/distributed.md).
 */
const { BATCHLINE_TEST_BACKEND = 'cockroachdb' } = process.env;
const run = spawnSync('npx', ['vitest', 'run', '--project', 'integration', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, BATCHLINE_TEST_BACKEND },
});
process.exitCode = run.status ?? 1;
