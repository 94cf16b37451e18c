import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import { figureOf, type Report, type Result } from './figures.ts';
import { onDatabase } from './offered-load.ts';
import { type Bench, inProcess, SERVER_ENV } from './processes.ts';
import type { StorageJob, StorageResult, WrittenBytes } from './storage-batchline.ts';

/** Tasks whose write-ahead log is measured. */
const LIVES = 20_000;
/** Tasks drained before the sizes are measured. */
const DRAINED = 200_000;

const WAL_TARGET = { row: "WAL bytes of a task's whole life, with its history", max: 2048 };
const HOT_TARGET = { row: "HOT share of updates of the task's row", min: 0.9 };
const SIZE_TARGET = { row: 'size of 200,000 drained tasks / the same rows compact', max: 1.3 };

/** Bytes of relations. */
interface Sizes {
  readonly heap: number;
  readonly indexes: number;
  /** Of all tables of the schema, with their indexes and long values. */
  readonly everything: number;
}

/** Write-ahead log, HOT updates and space of tasks from their start to their end. */
export async function measureStorage(bench: Bench): Promise<Report[]> {
  const written: WrittenBytes[] = [];
  const hot: number[] = [];
  const grown: Sizes[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    written.push((await run(bench, { lives: LIVES, drained: 0 }, async () => undefined)).written);
    // The sizes hardly vary, and take a minute.
    if (round > 0) continue;
    await run(bench, { lives: 0, drained: DRAINED }, async (databaseUrl) => {
      hot.push(await hotShare(databaseUrl));
      grown.push(await growth(databaseUrl));
    });
  }
  const bytes = (of: (one: WrittenBytes) => number): ReturnType<typeof figureOf> =>
    figureOf(written.map((one) => of(one) / LIVES));
  const size = (name: string, of: (sizes: Sizes) => number, hasTarget: boolean): Result => ({
    name,
    figure: figureOf(grown.map(of)),
    target: hasTarget ? SIZE_TARGET : undefined,
  });
  return [
    {
      title: `Write-ahead log per task, ${LIVES.toLocaleString('en')} tasks, batches of 250`,
      unit: 'bytes',
      figures: {
        start: bytes(({ start }) => start),
        claim: bytes(({ claim }) => claim),
        end: bytes(({ end }) => end),
      },
      results: [
        { name: 'life', figure: bytes(({ start, claim, end }) => start + claim + end), target: WAL_TARGET },
      ],
    },
    {
      title: `After a drain of ${DRAINED.toLocaleString('en')} tasks, relative to the same rows after VACUUM FULL`,
      unit: 'ratio',
      figures: {},
      results: [
        { name: 'HOT share of updates', figure: figureOf(hot), target: HOT_TARGET },
        size('heap', ({ heap }) => heap, true),
        size('indexes', ({ indexes }) => indexes, true),
        size('all tables', ({ everything }) => everything, false),
      ],
    },
  ];
}

/** Runs the tasks in a process and database of their own, then the function. */
async function run(
  bench: Bench,
  sizes: Omit<StorageJob, 'env'>,
  inspect: (databaseUrl: string) => Promise<void>,
): Promise<StorageResult> {
  const databaseUrl = await createDatabase(bench.postgresUrl, 'bench_storage');
  const env = {
    ...SERVER_ENV,
    BATCHLINE_DATA: await mkdtemp(join(bench.folder, 'storage-')),
    BATCHLINE_CONCURRENCY: '750',
    DATABASE_URL: databaseUrl,
  };
  try {
    const result = await inProcess<StorageJob, StorageResult>(bench, 'storage-batchline.ts', {
      ...sizes,
      env,
    });
    await inspect(databaseUrl);
    return result;
  } finally {
    await dropDatabase(databaseUrl);
  }
}

/** The table of tasks, and its partitions if it has any. */
const TASK_TABLES = `(select 'batchline.task'::regclass as relid
  union select relid from pg_partition_tree('batchline.task')) as r`;

async function hotShare(databaseUrl: string): Promise<number> {
  return onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ share: number }>(
      `select (sum(s.n_tup_hot_upd) / sum(s.n_tup_upd))::float8 as share
      from pg_stat_user_tables as s join ${TASK_TABLES} on r.relid = s.relid`,
    );
    return rows[0]?.share ?? Number.NaN;
  });
}

async function growth(databaseUrl: string): Promise<Sizes> {
  return onDatabase(databaseUrl, async (client) => {
    const sizes = async (): Promise<Sizes> => {
      const { rows } = await client.query<Sizes>(
        `select sum(pg_relation_size(r.relid))::float8 as heap, sum(pg_indexes_size(r.relid))::float8 as indexes,
          (select sum(pg_total_relation_size(s.relid)) from pg_stat_user_tables as s
            where s.schemaname = 'batchline')::float8 as everything
        from ${TASK_TABLES}`,
      );
      return rows[0] as Sizes;
    };
    const before = await sizes();
    await client.query('vacuum full');
    const after = await sizes();
    return {
      heap: before.heap / after.heap,
      indexes: before.indexes / after.indexes,
      everything: before.everything / after.everything,
    };
  });
}
