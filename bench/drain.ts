import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import type { DrainJob, DrainRates } from './drain-batchline.ts';
import { figuresOf, interleave, type Report, type Rounds, ratioOf, type Target } from './figures.ts';
import { type Bench, inProcess, SERVER_ENV } from './processes.ts';

const STARTS_AT_ONCE = 50;
/** BATCHLINE_CONCURRENCY: three batches, so that one is claimed and one is written while one runs. */
export const SLOTS = 750;
/** Batch size of the other queues, equal to the largest claim of the producer. */
export const BATCH_SIZE = 250;
const MIN = 1.5;

/** Starts and drain of no-op tasks with full audit, compared with bare pg-boss on the same PostgreSQL. */
export async function measureDrain(
  bench: Bench,
  kind: 'postgres' | 'embedded',
  tasks: number,
): Promise<Report[]> {
  const starts: Record<string, number[]> = {};
  const measure = (name: string, script: string) => async (): Promise<number> => {
    const rates = await measureOneDrain(bench, script, { kind, tasks });
    starts[name] ??= [];
    starts[name].push(rates.start);
    return rates.drain;
  };
  const drains = await interleave(bench.rounds, {
    batchline: measure('batchline', 'drain-batchline.ts'),
    'pg-boss': measure('pg-boss', 'drain-pg-boss.ts'),
  });
  const report = (title: string, rounds: Rounds, target?: Target): Report => ({
    title,
    unit: '1/s',
    figures: figuresOf(rounds),
    results: [ratioOf(rounds, 'batchline', 'pg-boss', target)],
  });
  const where = kind === 'postgres' ? 'on PostgreSQL' : 'on the embedded database';
  return [
    report(
      `Drain of ${tasks.toLocaleString('en')} no-op tasks ${where}, ${SLOTS} slots, batches of ${BATCH_SIZE}`,
      drains,
      kind === 'postgres'
        ? { row: `drain of ${tasks.toLocaleString('en')} / bare pg-boss`, min: MIN }
        : undefined,
    ),
    report(`Starts one by one ${where}, ${STARTS_AT_ONCE} at once`, starts),
  ];
}

/** One drain, in its own process and database. */
export async function measureOneDrain(
  bench: Bench,
  script: string,
  {
    kind,
    tasks,
    tenants = 1,
    hasOpenTransaction = false,
  }: Pick<DrainJob, 'tasks'> & Partial<DrainJob> & { readonly kind: 'postgres' | 'embedded' },
): Promise<DrainRates> {
  const env: Record<string, string> = {
    ...SERVER_ENV,
    BATCHLINE_DATA: await mkdtemp(join(bench.folder, 'drain-')),
    BATCHLINE_CONCURRENCY: String(SLOTS),
  };
  if (kind === 'postgres') env.DATABASE_URL = await createDatabase(bench.postgresUrl, 'bench_drain');
  const job = { env, tasks, atOnce: STARTS_AT_ONCE, batchSize: BATCH_SIZE, tenants, hasOpenTransaction };
  try {
    return await inProcess<DrainJob, DrainRates>(bench, script, job);
  } finally {
    if (env.DATABASE_URL !== undefined) await dropDatabase(env.DATABASE_URL);
  }
}
