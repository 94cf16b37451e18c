import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import type { ClaimsJob } from './claims-batchline.ts';
import { AIM_BY_HISTORY, figuresOf, interleave, type Report, ratioOf } from './figures.ts';
import { type Bench, inProcess, SERVER_ENV } from './processes.ts';

const TASKS = 5000;
const LIMIT = 100;

/** Tasks claimed per second, 100 at a time, in databases with histories of different sizes. */
export async function measureClaims(bench: Bench, sizes: readonly number[]): Promise<Report> {
  const urls: string[] = [];
  try {
    const measurements: Record<string, () => Promise<number>> = {};
    for (const size of sizes) {
      const url = await createDatabase(bench.postgresUrl, `bench_claims_${size}`);
      urls.push(url);
      const env = {
        ...SERVER_ENV,
        BATCHLINE_DATA: await mkdtemp(join(bench.folder, 'claims-')),
        DATABASE_URL: url,
      };
      const claim = (history: number | null): Promise<number> =>
        inProcess<ClaimsJob, number>(bench, 'claims-batchline.ts', {
          env,
          history,
          tasks: TASKS,
          limit: LIMIT,
        });
      await claim(size);
      measurements[`among ${size.toLocaleString('en')}`] = () => claim(null);
    }
    const rounds = await interleave(bench.rounds, measurements);
    const [smallest = '', ...others] = Object.keys(measurements);
    return {
      title: `Claims of ${TASKS} tasks, ${LIMIT} at a time, with a history`,
      unit: '1/s',
      figures: figuresOf(rounds),
      ratios: others.map((other) => ratioOf(rounds, other, smallest, AIM_BY_HISTORY)),
    };
  } finally {
    for (const url of urls) await dropDatabase(url);
  }
}
