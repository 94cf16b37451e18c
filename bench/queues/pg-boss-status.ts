import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { compete } from './side.ts';

const QUEUE = 'noop';

interface Data {
  readonly id: string;
}

/**
 * A `work()` handler that maintains a status row: it fetches batches, writes the states of a batch with one statement, and
 * pg-boss completes the batch with another. With `BENCH_BURST`, a full batch is followed by the next without a pause
 * (`burstWhenBatchFull`, LISTEN and NOTIFY); otherwise pg-boss polls at its maximum rate.
 */
await compete(async ({ env, batchSize }) => {
  // With notifications, pg-boss polls only twice a minute, so a notification during a batch would be missed.
  const isBurst = env.BENCH_BURST === 'true';
  const pool = new pg.Pool({ connectionString: env.DATABASE_URL, max: 10 });
  await pool.query(`create table status (
    id bigint generated always as identity primary key, state text not null, started timestamptz, ended timestamptz,
    created timestamptz not null default now(), parameters jsonb not null)`);
  await pool.query('create index status_by_state on status (state, id)');
  const boss = new PgBoss({
    connectionString: env.DATABASE_URL ?? '',
    schedule: false,
    useListenNotify: isBurst,
  });
  await boss.start();
  await boss.createQueue(QUEUE, { notify: isBurst });
  /** The rows and the jobs in one transaction. */
  const enqueueMany = async (count: number): Promise<void> => {
    const client = await pool.connect();
    const db = {
      executeSql: (text: string, values?: unknown[]) => client.query(text, values),
    };
    try {
      await client.query('begin');
      const { rows } = await client.query<Data>(
        `insert into status (state, parameters) select 'New', '{"for": "drain"}' from generate_series(1, $1) returning id`,
        [count],
      );
      if (count === 1) await boss.send(QUEUE, rows[0] ?? {}, { db });
      else
        await boss.insert(
          QUEUE,
          rows.map((data) => ({ data })),
          { db },
        );
      await client.query('commit');
    } finally {
      client.release();
    }
  };
  const set = (state: 'Started' | 'Succeeded', ids: readonly string[]): Promise<unknown> =>
    pool.query(
      `update status set state = $1, ${state === 'Started' ? 'started' : 'ended'} = now() where id = any($2::bigint[])`,
      [state, ids],
    );
  const work = async (size: number, onRun: (runs: number) => void): Promise<() => Promise<void>> => {
    await boss.work<Data>(
      QUEUE,
      { batchSize: size, burstWhenBatchFull: isBurst, pollingIntervalSeconds: 0.5 },
      async (jobs) => {
        const ids = jobs.map((job) => job.data.id);
        await set('Started', ids);
        onRun(jobs.length);
        await set('Succeeded', ids);
      },
    );
    return () => boss.offWork(QUEUE, { wait: true });
  };
  return {
    enqueue: () => enqueueMany(1),
    enqueueMany,
    async drain(count) {
      let runs = 0;
      const end = await work(batchSize, (more) => {
        runs += more;
      });
      while (runs < count) await delay(2);
      await end(); // waits for the last completion
    },
    work: (onRun) => work(1, onRun),
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
});
